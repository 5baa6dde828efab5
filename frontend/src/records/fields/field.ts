import type { MessageKey } from '../../i18n/catalog.ts';

/** A record as fields see it: by name. */
export type Values = Readonly<Record<string, unknown>>;

/** A field that stands in the record's card and is changed there. */
export type ShownField = {
  label: MessageKey;
  /** What stands there while there is nothing; an invitation to add something unless said. */
  none?: MessageKey;
  /** Shown only then. */
  when?(record: Values): boolean;
} & (
  | { kind: 'text'; input?: 'email' | 'tel' | 'url'; lines?: true; required?: true }
  | { kind: 'choice'; values: readonly string[]; text?(value: string): MessageKey; required?: true }
  /** An amount in cents, and the field that names its currency. */
  | { kind: 'money'; currency: string; required?: true }
  | { kind: 'percent' | 'person' | 'company' | 'day' | 'dayOfYear' | 'tags' }
  | { kind: 'emails' | 'phones' | 'address' | 'consent' }
  /** What others write, such as a form or an API client: read here, and only where there is something. */
  | { kind: 'readOnly' }
);

/** A field that stands on a screen, but not in the card, or (with a reason) on none. */
export type OtherField =
  /** Changed together with the field of that name. */
  | { kind: 'with'; field: string }
  /** Changed where that file of this folder's noun says. */
  | { kind: 'elsewhere'; file: string }
  | { kind: 'nowhere'; why: string };

export type Field = ShownField | OtherField;

/**
 * Every field that may be written of a record, in the order of its card. One that the API gains is missing here until
 * somebody says where it stands: the compiler and `on-screen.test.ts` see that.
 */
export type Fields<Patch> = { readonly [Name in keyof Required<Patch>]: Field };

export const isShown = (field: Field): field is ShownField => 'label' in field;

export const isEmpty = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === '' ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
