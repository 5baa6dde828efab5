import { UnstyledButton } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { useText } from '../i18n/i18n.ts';
import { Keys } from '../shortcuts/shortcut-help.tsx';
import { useShortcuts } from '../shortcuts/use-shortcuts.ts';
import classes from './search-button.module.css';

const loadPalette = () => import('./palette.tsx');
const Palette = lazy(loadPalette);

/** Opens the search over everything, as ⌘K does; the palette itself is loaded when first wanted. */
export function SearchButton() {
  const { t } = useText();
  const [wanted, setWanted] = useState(false);
  const open = async () => {
    setWanted(true);
    (await loadPalette()).openPalette();
  };
  useShortcuts([{ keys: 'mod+k', label: 'search.title', run: () => void open() }]);
  return (
    <>
      <UnstyledButton
        className={classes.button}
        onClick={() => void open()}
        onPointerEnter={() => void loadPalette()}
      >
        <IconSearch size={17} stroke={1.7} aria-hidden />
        <span>{t('search.title')}</span>
        <span className={classes.keys} aria-hidden>
          <Keys keys="mod+k" />
        </span>
      </UnstyledButton>
      {wanted && (
        <Suspense>
          <Palette />
        </Suspense>
      )}
    </>
  );
}
