import { NumberInput, Select, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useFormat } from '../../i18n/format.ts';
import { Editable, type Frame, keys } from './editable.tsx';

type TextProps = Frame<string | null> & { type?: 'text' | 'email' | 'tel' | 'url'; multiline?: boolean };

/** A text; emptied, it is cleared. */
export function EditableText({ type = 'text', multiline = false, ...frame }: TextProps) {
  const onSave = (value: string | null) => frame.onSave(value?.trim() || null);
  return (
    <Editable {...frame} onSave={onSave}>
      {(editing) =>
        multiline ? (
          <Textarea
            autosize
            minRows={2}
            maxRows={12}
            autoFocus
            value={editing.value ?? ''}
            onChange={(event) => editing.set(event.currentTarget.value)}
            onBlur={() => editing.commit()}
            onKeyDown={keys(editing, true)}
            {...editing.input}
          />
        ) : (
          <TextInput
            type={type}
            size="xs"
            autoFocus
            autoComplete="off"
            value={editing.value ?? ''}
            onChange={(event) => editing.set(event.currentTarget.value)}
            onBlur={() => editing.commit()}
            onKeyDown={keys(editing)}
            {...editing.input}
          />
        )
      }
    </Editable>
  );
}

/** A calendar day, `2026-12-31`. */
export function EditableDay(frame: Frame<string | null>) {
  const format = useFormat();
  const shown = frame.value === null ? null : format.day(frame.value);
  return (
    <Editable {...frame} shown={shown}>
      {(editing) => (
        <TextInput
          type="date"
          size="xs"
          autoFocus
          value={editing.value ?? ''}
          onChange={(event) => editing.set(event.currentTarget.value || null)}
          onBlur={() => editing.commit()}
          onKeyDown={keys(editing)}
          {...editing.input}
        />
      )}
    </Editable>
  );
}

type ChoiceProps = Frame<string | null> & {
  options: { value: string; label: string }[];
  clearable?: boolean;
};

/** One of several; choosing saves. */
export function EditableChoice({ options, clearable = false, ...frame }: ChoiceProps) {
  const shown = frame.shown ?? options.find(({ value }) => value === frame.value)?.label ?? null;
  return (
    <Editable {...frame} shown={shown}>
      {(editing) => (
        <Select
          size="xs"
          data={options}
          value={editing.value}
          searchable={options.length > 8}
          clearable={clearable}
          allowDeselect={false}
          autoFocus
          defaultDropdownOpened
          onChange={(value) => editing.commit(value)}
          onBlur={editing.cancel}
          onKeyDown={(event) => event.key === 'Escape' && editing.cancel()}
          {...editing.input}
        />
      )}
    </Editable>
  );
}

/** Short words. */
export function EditableTags(frame: Frame<string[]>) {
  return (
    <Editable {...frame} shown={frame.value.length > 0 ? frame.value.join(', ') : null}>
      {(editing) => (
        <TagsInput
          size="xs"
          autoFocus
          maxTags={20}
          value={editing.value}
          onChange={editing.set}
          onBlur={() => editing.commit()}
          onKeyDown={(event) => event.key === 'Escape' && editing.cancel()}
          {...editing.input}
        />
      )}
    </Editable>
  );
}

/** A share in whole per cent. */
export function EditablePercent(frame: Frame<number | null>) {
  const format = useFormat();
  const shown = frame.value === null ? null : format.percent(frame.value / 100);
  return (
    <Editable {...frame} shown={shown}>
      {(editing) => (
        <NumberInput
          size="xs"
          autoFocus
          hideControls
          suffix="%"
          min={0}
          max={100}
          allowDecimal={false}
          value={editing.value ?? ''}
          onChange={(value) => editing.set(typeof value === 'number' ? value : null)}
          onBlur={() => editing.commit()}
          onKeyDown={keys(editing)}
          {...editing.input}
        />
      )}
    </Editable>
  );
}
