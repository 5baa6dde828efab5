import { type MantineThemeOverride, mergeThemeOverrides } from '@mantine/core';
import { useMemo } from 'react';
import { useText } from '../i18n/i18n.ts';

/** A look whose dialogs, drawers and notices name their close buttons in the language of the screen. */
export function useNamedClose(theme: MantineThemeOverride): MantineThemeOverride {
  const { t } = useText();
  return useMemo(() => {
    const named = { defaultProps: { closeButtonProps: { 'aria-label': t('action.close') } } };
    return mergeThemeOverrides(theme, { components: { Modal: named, Drawer: named, Notification: named } });
  }, [theme, t]);
}
