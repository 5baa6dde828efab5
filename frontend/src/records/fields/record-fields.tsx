import { useText } from '../../i18n/i18n.ts';
import type { Currency } from '../../money/money.ts';
import { useOwnerOptions } from '../../users/use-owner-options.ts';
import { ConflictDialog } from '../conflict-dialog.tsx';
import { Card } from '../record-layout.tsx';
import { usePatch } from '../use-patch.ts';
import { EditableAddress } from './address.tsx';
import { EditableCompany } from './company.tsx';
import { EditableConsent } from './consent.tsx';
import { EditableDayOfYear } from './day-of-year.tsx';
import { Editable, type Frame } from './editable.tsx';
import { type Fields, isEmpty, isShown, type ShownField, type Values } from './field.ts';
import { FieldValue } from './field-value.tsx';
import { EditableMoney } from './money.tsx';
import classes from './record-fields.module.css';
import { EditableEmails, EditablePhones } from './rows.tsx';
import { EditableChoice, EditableDay, EditablePercent, EditableTags, EditableText } from './simple.tsx';

interface Props<Row, Patch> {
  entity: string;
  record: Row;
  fields: Fields<Patch>;
  send(patch: Patch, version: number): Promise<Row>;
  readOnly?: boolean;
}

/** A record's data: every field of its table, each changed where it stands. */
export function RecordFields<Row extends { id: string; version: number }, Patch extends object>({
  entity,
  record,
  fields,
  send,
  readOnly,
}: Props<Row, Patch>) {
  const { t } = useText();
  const { save, conflict, dismiss } = usePatch<Row, Patch>({ entity, record, send });
  const values = record as Values;
  const all = Object.entries(fields) as [string, Fields<Patch>[keyof Patch]][];
  const named = new Map(all);
  /** The field whose place another is changed at, or the field itself. */
  const shownAs = (name: string): [string, ShownField | undefined] => {
    const field = named.get(name);
    if (field?.kind === 'with') return shownAs(field.field);
    return [name, field && isShown(field) ? field : undefined];
  };
  return (
    <Card title={t('record.details')}>
      <div className={classes.fields}>
        {all.map(
          ([name, field]) =>
            isShown(field) &&
            (field.when?.(values) ?? true) && (
              <OneField
                key={name}
                name={name}
                field={field}
                record={values}
                readOnly={readOnly}
                onSave={(patch) => save(patch as Patch)}
              />
            ),
        )}
      </div>
      <ConflictDialog
        conflict={conflict}
        label={(name) => {
          const [, field] = shownAs(name);
          return field ? t(field.label) : name;
        }}
        show={(name, row) => {
          const [at, field] = shownAs(name);
          return field && <FieldValue field={field} name={at} record={row} />;
        }}
        save={save}
        onClose={dismiss}
      />
    </Card>
  );
}

interface OneProps {
  name: string;
  field: ShownField;
  record: Values;
  readOnly?: boolean;
  onSave(patch: Values): Promise<void>;
}

function OneField({ name, field, record, readOnly, onSave }: OneProps) {
  const { t } = useText();
  const people = useOwnerOptions();
  const value = record[name];
  const shown = isEmpty(value) ? null : <FieldValue field={field} name={name} record={record} />;
  /** What every kind of field is given; only the kind knows what its value is. */
  const frame = {
    label: t(field.label),
    none: field.none && t(field.none),
    value,
    shown,
    readOnly,
    onSave: (next: unknown) => onSave({ [name]: next }),
  };
  const of = <Value,>() => frame as unknown as Frame<Value>;
  switch (field.kind) {
    case 'text': {
      const text = of<string | null>();
      // What must not be empty is refused by the API, which says why.
      const keep = (next: string | null) => text.onSave(field.required ? (next ?? '') : next);
      return <EditableText {...text} type={field.input} multiline={field.lines} onSave={keep} />;
    }
    case 'choice': {
      const options = field.values.map((one) => ({
        value: one,
        label: field.text ? t(field.text(one)) : one,
      }));
      return <EditableChoice {...of<string | null>()} options={options} clearable={!field.required} />;
    }
    case 'money':
      return (
        <EditableMoney
          label={frame.label}
          readOnly={readOnly}
          cents={value as number | null}
          currency={record[field.currency] as Currency}
          onSave={(cents, currency) =>
            onSave({ [name]: field.required ? (cents ?? 0) : cents, [field.currency]: currency })
          }
        />
      );
    case 'percent':
      return <EditablePercent {...of<number | null>()} />;
    case 'person':
      return <EditableChoice {...of<string | null>()} options={people} clearable />;
    case 'company':
      return <EditableCompany {...of<string | null>()} />;
    case 'day':
      return <EditableDay {...of<string | null>()} />;
    case 'dayOfYear':
      return <EditableDayOfYear {...of()} />;
    case 'tags':
      return <EditableTags {...of<string[]>()} />;
    case 'emails':
      return <EditableEmails {...of()} />;
    case 'phones':
      return <EditablePhones {...of()} />;
    case 'address':
      return <EditableAddress {...of()} />;
    case 'consent':
      return <EditableConsent {...of()} />;
    case 'readOnly':
      return (
        shown && (
          <Editable {...of<unknown>()} readOnly>
            {() => null}
          </Editable>
        )
      );
  }
}
