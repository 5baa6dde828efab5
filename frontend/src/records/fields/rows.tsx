import { ActionIcon, Button, Checkbox, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { MessageKey } from '../../i18n/catalog.ts';
import { useText } from '../../i18n/i18n.ts';
import type { Frame } from './editable.tsx';
import { EditableGroup } from './group.tsx';

export interface Email {
  value: string;
  type: string;
  primary: boolean;
}
export interface Phone {
  e164: string;
  type: string;
  whatsapp: boolean;
}
const most = 5;
const emailTypes = ['work', 'personal', 'other'] as const;
const phoneTypes = ['mobile', 'work', 'home', 'other'] as const;

/** Somebody's addresses; one is written to first. */
export function EditableEmails(frame: Frame<Email[]>) {
  const { t } = useText();
  return (
    <EditableRows<Email>
      {...frame}
      blank={{ value: '', type: 'work', primary: false }}
      text="value"
      input="email"
      types={emailTypes}
      mark={{
        text: t('fields.email.primary'),
        of: ({ primary }) => primary,
        // Exactly one is the first.
        toggle: (rows, at) => rows.map((row, index) => ({ ...row, primary: index === at })),
      }}
    />
  );
}

/** Somebody's numbers, and which of them is on WhatsApp. */
export function EditablePhones(frame: Frame<Phone[]>) {
  return (
    <EditableRows<Phone>
      {...frame}
      blank={{ e164: '', type: 'mobile', whatsapp: true }}
      text="e164"
      input="tel"
      types={phoneTypes}
      mark={{
        text: 'WhatsApp',
        of: ({ whatsapp }) => whatsapp,
        toggle: (rows, at) =>
          rows.map((row, index) => (index === at ? { ...row, whatsapp: !row.whatsapp } : row)),
      }}
    />
  );
}

interface RowProps<Row> {
  blank: Row;
  /** The field that holds the address or number itself. */
  text: keyof Row & string;
  input: 'email' | 'tel';
  types: readonly string[];
  mark: { text: string; of(row: Row): boolean; toggle(rows: Row[], at: number): Row[] };
}

function EditableRows<Row extends { type: string }>({
  blank,
  text,
  input,
  types,
  mark,
  ...frame
}: Frame<Row[]> & RowProps<Row>) {
  const { t } = useText();
  const filled = (rows: Row[]) => rows.filter((row) => String(row[text]).trim() !== '');
  return (
    <EditableGroup {...frame} onSave={(rows) => frame.onSave(filled(rows))}>
      {({ value, set }) => {
        const rows = value.length > 0 ? value : [blank];
        const change = (at: number, part: Partial<Row>) =>
          set(rows.map((row, index) => (index === at ? { ...row, ...part } : row)));
        return (
          <Stack gap={12}>
            {rows.map((row, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no names of their own, and keep their places
              <Stack gap={6} key={at}>
                <Group gap={6} wrap="nowrap">
                  <TextInput
                    size="xs"
                    flex={1}
                    type={input}
                    autoComplete="off"
                    autoFocus={at === 0}
                    aria-label={`${frame.label} ${at + 1}`}
                    value={String(row[text])}
                    onChange={(event) => change(at, { [text]: event.currentTarget.value } as Partial<Row>)}
                  />
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={t('fields.removeRow', { field: frame.label, at: at + 1 })}
                    onClick={() => set(rows.filter((_, index) => index !== at))}
                  >
                    <IconTrash size={16} stroke={1.7} />
                  </ActionIcon>
                </Group>
                <Group gap={10} wrap="nowrap">
                  <NativeSelect
                    size="xs"
                    miw={112}
                    aria-label={t('fields.rowType', { field: frame.label, at: at + 1 })}
                    data={types.map((type) => ({
                      value: type,
                      label: t(`fields.type.${type}` as MessageKey),
                    }))}
                    value={row.type}
                    onChange={(event) => change(at, { type: event.currentTarget.value } as Partial<Row>)}
                  />
                  <Checkbox
                    size="xs"
                    label={mark.text}
                    checked={mark.of(row)}
                    onChange={() => set(mark.toggle(rows, at))}
                  />
                </Group>
              </Stack>
            ))}
            {rows.length < most && (
              <Button
                size="compact-sm"
                variant="subtle"
                leftSection={<IconPlus size={15} aria-hidden />}
                onClick={() => set([...rows, blank])}
              >
                {t('fields.addRow', { field: frame.label })}
              </Button>
            )}
          </Stack>
        );
      }}
    </EditableGroup>
  );
}
