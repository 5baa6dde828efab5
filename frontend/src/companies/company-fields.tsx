import { useCallback } from 'react';
import { ask, type Body } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { ConflictDialog } from '../records/conflict-dialog.tsx';
import { EditableChoice, EditableTags, EditableText } from '../records/editable.tsx';
import { Card } from '../records/record-layout.tsx';
import { usePatch } from '../records/use-patch.ts';
import { phoneText } from '../ui/phone.ts';
import { useUsers } from '../users/users-query.ts';
import type { Company } from './companies-query.ts';

type Patch = Body<'PATCH /companies/{id}'>;

const sizes = ['1-9', '10-49', '50-199', '200+'];
const texts = ['legalName', 'cnpj', 'domain', 'website', 'industry'] as const;

export function CompanyFields({ company }: { company: Company }) {
  const { t } = useText();
  const users = useUsers();
  const send = useCallback(
    (body: Patch, version: number) =>
      ask('PATCH /companies/{id}', { path: { id: company.id }, body, version }),
    [company.id],
  );
  const { save, conflict, dismiss } = usePatch<Company, Patch>({ entity: 'company', record: company, send });
  return (
    <Card title={t('record.details')}>
      <EditableText
        label={t('companies.field.name')}
        value={company.name}
        onSave={(name) => save({ name: name ?? '' })}
      />
      {texts.map((field) => (
        <EditableText
          key={field}
          label={t(`companies.field.${field}`)}
          value={company[field]}
          onSave={(value) => save({ [field]: value })}
        />
      ))}
      <EditableText
        label={t('companies.field.phone')}
        type="tel"
        value={company.phone}
        shown={company.phone && phoneText(company.phone)}
        onSave={(phone) => save({ phone })}
      />
      <EditableChoice
        label={t('companies.field.employees')}
        value={company.employees}
        options={sizes.map((value) => ({ value, label: value }))}
        onSave={(employees) => save({ employees: employees as Company['employees'] })}
      />
      <EditableChoice
        label={t('field.owner')}
        value={company.ownerId}
        options={users.options}
        onSave={(ownerId) => save({ ownerId })}
      />
      <EditableTags label={t('leads.field.tags')} value={company.tags} onSave={(tags) => save({ tags })} />
      <ConflictDialog conflict={conflict} label={(field) => field} save={save} onClose={dismiss} />
    </Card>
  );
}
