import { useCallback } from 'react';
import { ask } from '../api/request.ts';
import type { LeadPatchInput } from '../api/schema.generated.ts';
import { useText } from '../i18n/i18n.ts';
import { ConflictDialog } from '../records/conflict-dialog.tsx';
import { EditableChoice, EditableMoney, EditableTags, EditableText } from '../records/editable.tsx';
import { Card } from '../records/record-layout.tsx';
import { usePatch } from '../records/use-patch.ts';
import { phoneText } from '../ui/phone.ts';
import { type Lead, leadSources } from './lead.ts';
import classes from './lead-fields.module.css';

/** A lead's data, each field changed where it stands. */
export function LeadFields({ lead }: { lead: Lead }) {
  const { t } = useText();
  const send = useCallback(
    (body: LeadPatchInput, version: number) =>
      ask('PATCH /leads/{id}', { path: { id: lead.id }, body, version }),
    [lead.id],
  );
  const { save, conflict, dismiss } = usePatch<Lead, LeadPatchInput>({ entity: 'lead', record: lead, send });
  const text = (
    field: 'companyName' | 'jobTitle' | 'city' | 'website' | 'cnpj' | 'message' | 'email' | 'phone',
  ) => ({
    label: t(`leads.field.${field}`),
    value: lead[field],
    onSave: (value: string | null) => save({ [field]: value }),
  });
  return (
    <Card title={t('record.details')}>
      <div className={classes.fields}>
        <EditableText
          label={t('leads.form.name')}
          value={lead.name}
          onSave={(name) => save({ name: name ?? '' })}
        />
        <EditableText {...text('email')} type="email" />
        <EditableText {...text('phone')} type="tel" shown={lead.phone && phoneText(lead.phone)} />
        <EditableText {...text('companyName')} />
        <EditableText {...text('jobTitle')} />
        <EditableText {...text('website')} type="url" />
        <EditableText {...text('cnpj')} />
        <EditableText {...text('city')} />
        <EditableChoice
          label={t('leads.column.source')}
          value={lead.source}
          options={leadSources.map((value) => ({ value, label: t(`leads.source.${value}`) }))}
          onSave={(source) => save({ source: source as Lead['source'] })}
        />
        <EditableMoney
          label={t('leads.field.estimatedValue')}
          cents={lead.estimatedValueCents}
          currency={lead.currency}
          onSave={(estimatedValueCents, currency) => save({ estimatedValueCents, currency })}
        />
        <EditableTags label={t('leads.field.tags')} value={lead.tags} onSave={(tags) => save({ tags })} />
        <EditableText {...text('message')} multiline />
      </div>
      <ConflictDialog
        conflict={conflict}
        label={(field) => fieldLabel(field)}
        save={save}
        onClose={dismiss}
      />
    </Card>
  );

  function fieldLabel(field: string): string {
    const labels: Record<string, string> = {
      name: t('leads.form.name'),
      source: t('leads.column.source'),
      estimatedValueCents: t('leads.field.estimatedValue'),
      tags: t('leads.field.tags'),
    };
    return labels[field] ?? t(`leads.field.${field as 'email'}`);
  }
}
