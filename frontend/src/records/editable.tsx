import { Select, TagsInput, Textarea, TextInput, UnstyledButton } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { type ReactNode, useId, useRef, useState } from 'react';
import { Problem } from '../api/problem.ts';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import type { Currency, Money } from '../money/money.ts';
import { draftCents, draftProblem, MoneyInput, moneyDraft } from '../money/money-input.tsx';
import classes from './editable.module.css';

interface Frame<Value> {
  label: string;
  value: Value;
  /** How the value reads; a dash where there is none. */
  shown?: ReactNode;
  onSave(value: Value): Promise<void>;
  /** What is wrong with a value before it is sent; the API judges again. */
  check?(value: Value): string | null;
  readOnly?: boolean;
}

interface Editing<Value> {
  value: Value;
  set(value: Value): void;
  commit(value?: Value): void;
  cancel(): void;
  input: { error: string | undefined; disabled: boolean; 'aria-label': string };
}

/**
 * One field of a record: reads as text, becomes an input when clicked, saves on Enter or when left, and keeps what was
 * typed with the reason beside it when saving fails.
 */
function Editable<Value>(props: Frame<Value> & { children(editing: Editing<Value>): ReactNode }) {
  const { t } = useText();
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const [draft, setDraft] = useState<{ value: Value }>();
  const [state, setState] = useState<{ saving: boolean; error?: string }>({ saving: false });

  const end = () => {
    setDraft(undefined);
    setState({ saving: false });
    requestAnimationFrame(() => button.current?.focus());
  };
  const commit = async (given?: Value) => {
    const value = given ?? draft?.value;
    if (value === undefined || state.saving) return;
    if (JSON.stringify(value) === JSON.stringify(props.value)) return end();
    const wrong = props.check?.(value);
    if (wrong) return setState({ saving: false, error: wrong });
    setState({ saving: true });
    try {
      await props.onSave(value);
      end();
    } catch (error) {
      setState({ saving: false, error: reasonOf(error) ?? t('problem.title') });
    }
  };

  const shown = props.shown ?? (isEmpty(props.value) ? null : String(props.value));
  return (
    <div className={classes.field}>
      <span className={classes.label} id={id}>
        {props.label}
      </span>
      {draft ? (
        <div className={classes.input}>
          {props.children({
            value: draft.value,
            set: (value) => setDraft({ value }),
            commit: (value) => void commit(value),
            cancel: end,
            input: { error: state.error, disabled: state.saving, 'aria-label': props.label },
          })}
        </div>
      ) : props.readOnly ? (
        <span className={classes.value}>{shown ?? '—'}</span>
      ) : (
        <UnstyledButton
          ref={button}
          className={classes.value}
          aria-describedby={id}
          title={t('editable.edit', { field: props.label })}
          onClick={() => setDraft({ value: props.value })}
        >
          {shown ?? <span className={classes.none}>{t('editable.add')}</span>}
          <IconPencil size={14} stroke={1.7} aria-hidden />
        </UnstyledButton>
      )}
    </div>
  );
}

const isEmpty = (value: unknown): boolean =>
  value === null || value === '' || (Array.isArray(value) && value.length === 0);

/** Enter saves (Ctrl Enter in a text of several lines), Esc leaves the value as it was. */
function keys<Value>({ commit, cancel }: Editing<Value>, multiline = false) {
  return (event: React.KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      cancel();
    }
    if (event.key === 'Enter' && (!multiline || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      commit();
    }
  };
}

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

type MoneyProps = Omit<Frame<Money>, 'value' | 'onSave' | 'check'> & {
  cents: number | null;
  currency: Currency;
  onSave(cents: number | null, currency: Currency): Promise<void>;
};

/** An amount with its currency; emptied, there is no amount. */
export function EditableMoney({ cents, currency, onSave, ...frame }: MoneyProps) {
  const format = useFormat();
  const { t, locale } = useText();
  return (
    <Editable
      {...frame}
      value={moneyDraft(cents, currency, locale)}
      shown={cents === null ? null : format.money({ amountCents: cents, currency })}
      check={(draft) => draftProblem(t, draft, locale)}
      onSave={(draft) => onSave(draftCents(draft, locale), draft.currency)}
    >
      {(editing) => (
        // Going from the amount to its currency leaves neither.
        // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the inputs inside
        <div
          onBlur={(event) => event.currentTarget.contains(event.relatedTarget) || editing.commit()}
          onKeyDown={keys(editing)}
        >
          <MoneyInput
            label={frame.label}
            labelHidden
            size="xs"
            autoFocus
            value={editing.value}
            onChange={editing.set}
            error={editing.input.error}
            disabled={editing.input.disabled}
          />
        </div>
      )}
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

function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof Problem)) return undefined;
  return error.errors[0]?.detail ?? error.body.detail ?? error.body.title;
}
