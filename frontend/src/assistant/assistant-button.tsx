import { UnstyledButton } from '@mantine/core';
import { IconSparkles } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { useText } from '../i18n/i18n.ts';
import searchClasses from '../search/search-button.module.css';
import { Keys } from '../shortcuts/shortcut-help.tsx';
import { useShortcuts } from '../shortcuts/use-shortcuts.ts';

const loadPanel = () => import('./assistant-panel.tsx');
const AssistantPanel = lazy(loadPanel);

/** Opens the assistant beside the screen, as Ctrl J does; its code is loaded when first wanted. */
export function AssistantButton() {
  const { t } = useText();
  const [opened, setOpened] = useState<boolean>();
  useShortcuts([{ keys: 'mod+j', label: 'assistant.title', run: () => setOpened(!opened) }]);
  return (
    <>
      <UnstyledButton
        className={searchClasses.button}
        aria-expanded={opened ?? false}
        onClick={() => setOpened(!opened)}
        onPointerEnter={() => void loadPanel()}
      >
        <IconSparkles size={17} stroke={1.7} aria-hidden />
        <span>{t('assistant.title')}</span>
        <span className={searchClasses.keys} aria-hidden>
          <Keys keys="mod+j" />
        </span>
      </UnstyledButton>
      {opened !== undefined && (
        <Suspense>
          <AssistantPanel opened={opened} onClose={() => setOpened(false)} />
        </Suspense>
      )}
    </>
  );
}
