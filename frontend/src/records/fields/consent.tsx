import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import type { Lead } from '../../api/schema.generated.ts';
import type { Format } from '../../i18n/format.ts';
import { type Translate, useText } from '../../i18n/i18n.ts';
import { localDateTime } from '../../tasks/due.ts';
import type { Frame } from './editable.tsx';
import { EditableGroup } from './group.tsx';

export type Consent = Lead['consent'];
const bases = ['consent', 'legitimate_interest', 'contract', 'legal_obligation'] as const;
const optOuts = ['marketingOptOut', 'trackingOptOut', 'aiOptOut'] as const;

/** On what legal basis somebody's data is kept, since when and from where, and what they refused. */
export function consentText(t: Translate, format: Format, consent: Consent): string | null {
  const lines = [
    consent.legalBasis && t(`fields.consent.basis.${consent.legalBasis as (typeof bases)[number]}`),
    [consent.at && format.date(consent.at), consent.source].filter(Boolean).join(' · '),
    ...optOuts.filter((name) => consent[name]).map((name) => t(`fields.consent.${name}`)),
  ];
  return lines.filter(Boolean).join('\n') || null;
}

export function EditableConsent(frame: Frame<Consent>) {
  const { t } = useText();
  return (
    <EditableGroup {...frame}>
      {({ value, set }) => (
        <>
          <NativeSelect
            size="xs"
            autoFocus
            label={t('fields.consent.basis')}
            data={[
              { value: '', label: '—' },
              ...bases.map((basis) => ({ value: basis, label: t(`fields.consent.basis.${basis}`) })),
            ]}
            value={value.legalBasis ?? ''}
            onChange={({ currentTarget }) => set({ ...value, legalBasis: currentTarget.value || null })}
          />
          <TextInput
            size="xs"
            type="date"
            label={t('fields.consent.at')}
            value={value.at ? localDateTime(new Date(value.at)).slice(0, 10) : ''}
            onChange={({ currentTarget: { value: day } }) =>
              set({ ...value, at: day ? new Date(`${day}T00:00`).toISOString() : null })
            }
          />
          <TextInput
            size="xs"
            label={t('fields.consent.source')}
            maxLength={100}
            value={value.source ?? ''}
            onChange={({ currentTarget }) => set({ ...value, source: currentTarget.value || null })}
          />
          {optOuts.map((name) => (
            <Checkbox
              key={name}
              size="xs"
              label={t(`fields.consent.${name}`)}
              checked={value[name]}
              onChange={() => set({ ...value, [name]: !value[name] })}
            />
          ))}
        </>
      )}
    </EditableGroup>
  );
}
