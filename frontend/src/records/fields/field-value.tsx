import { useFormat } from '../../i18n/format.ts';
import { useText } from '../../i18n/i18n.ts';
import type { Currency } from '../../money/money.ts';
import { phoneText } from '../../ui/phone.ts';
import { useUsers } from '../../users/users-query.ts';
import { NameText } from '../name-text.tsx';
import { type Address, addressText } from './address.tsx';
import { type Consent, consentText } from './consent.tsx';
import { dayOfYearText } from './day-of-year.tsx';
import { isEmpty, type ShownField, type Values } from './field.ts';
import type { Email, Phone } from './rows.tsx';

/** How a field of a record reads: never a code, an id or cents. A dash where there is nothing. */
export function FieldValue({ field, name, record }: { field: ShownField; name: string; record: Values }) {
  const { t, locale } = useText();
  const format = useFormat();
  const { nameOf } = useUsers();
  const value = record[name];
  if (isEmpty(value)) return field.none ? t(field.none) : '—';
  const text = String(value);
  switch (field.kind) {
    case 'text':
      return field.input === 'tel' ? phoneText(text) : text;
    case 'choice':
      return field.text ? t(field.text(text)) : text;
    case 'money':
      return format.money({ amountCents: value as number, currency: record[field.currency] as Currency });
    case 'percent':
      return format.percent((value as number) / 100);
    case 'person':
      return nameOf(text);
    case 'company':
      return <NameText link={{ entity: 'company', id: text }} />;
    case 'day':
      return format.day(text);
    case 'dayOfYear':
      return dayOfYearText(text, locale);
    case 'tags':
      return (value as string[]).join(', ');
    case 'emails':
      return (value as Email[]).map((email) => email.value).join(', ');
    case 'phones':
      return (value as Phone[]).map(({ e164 }) => phoneText(e164)).join(', ');
    case 'address':
      return addressText(value as Address);
    case 'consent':
      return consentText(t, format, value as Consent) ?? t('fields.consent.none');
    case 'readOnly':
      return Object.entries(value as Values)
        .map(([key, one]) => `${key}: ${String(one)}`)
        .join('\n');
  }
}
