import { Button, Group, Modal, Radio, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useText } from '../i18n/i18n.ts';
import type { Values } from './fields/field.ts';
import type { Conflict } from './use-patch.ts';

interface Props<Row, Patch> {
  conflict: Conflict<Row, Patch> | undefined;
  label(field: string): string;
  /** How a field of a record reads. */
  show(field: string, row: Values): ReactNode;
  save(patch: Patch, version: number): Promise<void>;
  onClose(): void;
  /** What is saved stays as it is; the same as closing unless said. */
  onTheirs?(): void;
}

/** Two people changed the same fields: shows both values of each, and saves what is chosen. */
export function ConflictDialog<Row extends { version: number }, Patch extends object>(
  props: Props<Row, Patch>,
) {
  const { t } = useText();
  return (
    <Modal
      opened={props.conflict !== undefined}
      onClose={props.onClose}
      title={t('conflict.title')}
      size="lg"
    >
      {props.conflict && <Choices {...props} conflict={props.conflict} />}
    </Modal>
  );
}

function Choices<Row extends { version: number }, Patch extends object>(
  props: Props<Row, Patch> & { conflict: Conflict<Row, Patch> },
) {
  const { t } = useText();
  const { patch, open, current } = props.conflict;
  const [chosen, setChosen] = useState<Record<string, string>>({});
  const apply = () => {
    const mine = Object.entries(patch).filter(([field]) => !(field in open) || chosen[field] === 'mine');
    if (mine.length === 0) return (props.onTheirs ?? props.onClose)();
    void props.save(Object.fromEntries(mine) as Patch, current.version);
  };
  return (
    <Stack gap={18}>
      <Text c="dimmed">{t('conflict.text')}</Text>
      {Object.entries(open).map(([field, mine]) => (
        <Radio.Group
          key={field}
          label={props.label(field)}
          value={chosen[field] ?? 'theirs'}
          onChange={(value) => setChosen({ ...chosen, [field]: value })}
        >
          <Stack gap={8} mt={6}>
            <Radio
              value="theirs"
              label={
                <>
                  {t('conflict.theirs')} {props.show(field, current as Values)}
                </>
              }
            />
            <Radio
              value="mine"
              label={
                <>
                  {t('conflict.mine')} {props.show(field, { ...(current as Values), [field]: mine })}
                </>
              }
            />
          </Stack>
        </Radio.Group>
      ))}
      <Group justify="flex-end">
        <Button onClick={apply}>{t('conflict.apply')}</Button>
      </Group>
    </Stack>
  );
}
