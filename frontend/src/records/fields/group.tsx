import { Button, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useText } from '../../i18n/i18n.ts';
import classes from './editable.module.css';
import { Editable, type Editing, type Frame } from './editable.tsx';

type Props<Value> = Frame<Value> & { children(editing: Editing<Value>): ReactNode };

/** Several inputs that are one field: saved by a button, as leaving one of them for the next must not save. */
export function EditableGroup<Value>({ children, ...frame }: Props<Value>) {
  const { t } = useText();
  return (
    <Editable {...frame}>
      {(editing) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: Esc leaves the inputs inside
        <div
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            event.stopPropagation();
            editing.cancel();
          }}
        >
          <fieldset className={classes.group} disabled={editing.input.disabled}>
            <legend className="visually-hidden">{frame.label}</legend>
            {children(editing)}
            {editing.input.error && (
              <Text size="xs" c="var(--hot)" role="alert">
                {editing.input.error}
              </Text>
            )}
            <Group gap={6} justify="flex-end">
              <Button size="compact-sm" variant="default" onClick={editing.cancel}>
                {t('action.cancel')}
              </Button>
              <Button size="compact-sm" loading={editing.input.disabled} onClick={() => editing.commit()}>
                {t('action.save')}
              </Button>
            </Group>
          </fieldset>
        </div>
      )}
    </Editable>
  );
}
