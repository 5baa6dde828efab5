import { localStorageColorSchemeManager } from '@mantine/core';

/** Light, dark or the system's; the script in index.html reads the same key before anything is painted. */
export const colorScheme = localStorageColorSchemeManager({ key: 'conductor.theme' });
