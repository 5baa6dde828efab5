import { Kbd, Modal, Switch } from '@mantine/core';
import { useState } from 'react';
import { useText } from '../i18n/i18n.ts';
import classes from './shortcut-help.module.css';
import { plainKeys, registry, useShortcuts } from './use-shortcuts.ts';

const mac = /Mac|iPhone|iPad/.test(navigator.platform);
const names: Record<string, string> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Enter: '↵',
};

/** `?` lists what the keyboard can do on this screen, and lets single keys be switched off. */
export function ShortcutHelp() {
  const { t } = useText();
  const [opened, setOpened] = useState(false);
  const [plain, setPlain] = useState(plainKeys.on);
  useShortcuts([{ keys: '?', label: 'shortcuts.title', run: () => setOpened(true) }]);
  return (
    <Modal opened={opened} onClose={() => setOpened(false)} title={t('shortcuts.title')} size="lg">
      <Switch
        label={t('shortcuts.plain')}
        checked={plain}
        onChange={(event) => {
          plainKeys.set(event.currentTarget.checked);
          setPlain(event.currentTarget.checked);
        }}
      />
      <dl className={classes.list}>
        {opened &&
          registry.list().map(({ keys, label }) => (
            <div key={keys}>
              <dt>{t(label)}</dt>
              <dd>
                <Keys keys={keys} />
              </dd>
            </div>
          ))}
      </dl>
    </Modal>
  );
}

/** `mod+k` as the keys that this machine's keyboard has. */
export function Keys({ keys }: { keys: string }) {
  return keys.split(/[ +]/).map((key) => (
    <Kbd key={key} size="xs" ml={4}>
      {key === 'mod' ? (mac ? '⌘' : 'Ctrl') : key === 'shift' ? 'Shift' : (names[key] ?? key.toUpperCase())}
    </Kbd>
  ));
}
