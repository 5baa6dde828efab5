import { UnstyledButton } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Problem } from '../../api/problem.ts';
import { useText } from '../../i18n/i18n.ts';
import classes from './editable.module.css';
import { isEmpty } from './field.ts';

export interface Frame<Value> {
  label: string;
  value: Value;
  /** How the value reads; null where there is none. A text or number reads as it is unless this is given. */
  shown?: ReactNode;
  onSave(value: Value): Promise<void>;
  /** What is wrong with a value before it is sent; the API judges again. */
  check?(value: Value): string | null;
  readOnly?: boolean;
  /** What stands there while there is nothing. */
  none?: string;
}

export interface Editing<Value> {
  value: Value;
  set(value: Value): void;
  /** Saves what is being edited, or the value given. */
  commit(...given: [value?: Value]): void;
  cancel(): void;
  input: { error: string | undefined; disabled: boolean; 'aria-label': string };
}

/**
 * One field of a record: reads as text, becomes an input when clicked, saves on Enter or when left, and keeps what was
 * typed with the reason beside it when saving fails.
 */
export function Editable<Value>(props: Frame<Value> & { children(editing: Editing<Value>): ReactNode }) {
  const { t } = useText();
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const ended = useRef(false);
  const [draft, setDraft] = useState<{ value: Value }>();
  const [state, setState] = useState<{ saving: boolean; error?: string }>({ saving: false });

  const end = () => {
    setDraft(undefined);
    setState({ saving: false });
    ended.current = true;
  };
  useEffect(() => {
    if (draft || !ended.current) return;
    ended.current = false;
    // The input is gone, and where it was left for another one, that has the focus by the next frame: it keeps it.
    requestAnimationFrame(() => {
      if (document.activeElement === document.body) button.current?.focus();
    });
  }, [draft]);
  const commit = async (...given: [value?: Value]) => {
    // Null is a value too: nothing chosen.
    const value = given.length > 0 ? given[0] : draft?.value;
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

  // What is edited may be more than what is there: an amount that nobody knows has a currency all the same.
  const written = isEmpty(props.value) ? null : String(props.value);
  const shown = props.shown === undefined ? written : props.shown;
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
            commit: (...given) => void commit(...given),
            cancel: end,
            input: { error: state.error, disabled: state.saving, 'aria-label': props.label },
          })}
        </div>
      ) : props.readOnly ? (
        <span className={classes.value}>{shown ?? props.none ?? '—'}</span>
      ) : (
        <UnstyledButton
          ref={button}
          className={classes.value}
          aria-describedby={id}
          title={t('editable.edit', { field: props.label })}
          onClick={() => setDraft({ value: props.value })}
        >
          {shown ?? <span className={classes.none}>{props.none ?? t('editable.add')}</span>}
          <IconPencil size={14} stroke={1.7} aria-hidden />
        </UnstyledButton>
      )}
    </div>
  );
}

/** Enter saves (Ctrl Enter in a text of several lines), Esc leaves the value as it was. */
export function keys<Value>({ commit, cancel }: Editing<Value>, multiline = false) {
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

function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof Problem)) return undefined;
  return error.errors[0]?.detail ?? error.body.detail ?? error.body.title;
}
