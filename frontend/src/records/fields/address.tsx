import { NativeSelect, TextInput } from '@mantine/core';
import type { Company } from '../../companies/companies-query.ts';
import { useText } from '../../i18n/i18n.ts';
import { states } from '../../ui/states.ts';
import type { Frame } from './editable.tsx';
import { EditableGroup } from './group.tsx';

export type Address = NonNullable<Company['address']>;
const parts = ['street', 'number', 'district', 'city', 'state', 'zip', 'country'] as const;
type Part = (typeof parts)[number];

/** An address in the lines that people write: street and number, district, city and state, CEP, a country not ours. */
export function addressText(address: Address): string {
  const join = (...texts: (string | null | undefined)[]) => texts.filter(Boolean).join(', ');
  const { street, number, district, city, state, zip, country } = address as Partial<
    Record<Part, string | null>
  >;
  const lines = [
    join(street, number),
    district,
    [join(city), state].filter(Boolean).join(' · '),
    zip?.replace(/^(\d{5})(\d{3})$/, '$1-$2'),
    country === 'BR' ? null : country,
  ];
  return lines.filter(Boolean).join('\n');
}

/** Where a company is; without anything in it there is no address. */
export function EditableAddress(frame: Frame<Address | null>) {
  const { t } = useText();
  const onSave = (address: Address | null) => {
    const filled = Object.entries(address ?? {}).filter(([name, text]) => name !== 'country' && text?.trim());
    if (filled.length === 0) return frame.onSave(null);
    const country = address?.country?.trim().toUpperCase();
    return frame.onSave({ ...Object.fromEntries(filled), ...(country && { country }) });
  };
  return (
    <EditableGroup {...frame} onSave={onSave}>
      {({ value, set }) =>
        parts.map((part) => {
          const input = {
            size: 'xs' as const,
            label: t(`fields.address.${part}`),
            value: value?.[part] ?? (part === 'country' ? 'BR' : ''),
            onChange: (event: React.ChangeEvent<HTMLInputElement | HTMLSelectElement>) =>
              set({ ...value, [part]: event.currentTarget.value || null }),
          };
          return part === 'state' ? (
            <NativeSelect key={part} {...input} data={['', ...states]} />
          ) : (
            <TextInput key={part} {...input} autoComplete="off" autoFocus={part === 'street'} />
          );
        })
      }
    </EditableGroup>
  );
}
