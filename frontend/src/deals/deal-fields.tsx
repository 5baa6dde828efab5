import { useCallback } from 'react';
import { ask, type Body } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { ConflictDialog } from '../records/conflict-dialog.tsx';
import {
  EditableChoice,
  EditableDay,
  EditableMoney,
  EditableTags,
  EditableText,
} from '../records/editable.tsx';
import { Card } from '../records/record-layout.tsx';
import { usePatch } from '../records/use-patch.ts';
import { useUsers } from '../users/users-query.ts';
import type { Deal } from './deals-query.ts';

type Patch = Body<'PATCH /deals/{id}'>;

export function DealFields({ deal }: { deal: Deal }) {
  const { t } = useText();
  const users = useUsers();
  const send = useCallback(
    (body: Patch, version: number) => ask('PATCH /deals/{id}', { path: { id: deal.id }, body, version }),
    [deal.id],
  );
  const { save, conflict, dismiss } = usePatch<Deal, Patch>({ entity: 'deal', record: deal, send });
  const readOnly = deal.status !== 'open';
  const labels: Record<string, string> = {
    title: t('deals.field.title'),
    amountCents: t('deals.field.amount'),
    expectedCloseOn: t('deals.field.expectedCloseOn'),
    ownerId: t('field.owner'),
    products: t('deals.field.products'),
    competitor: t('deals.field.competitor'),
    tags: t('leads.field.tags'),
  };
  return (
    <Card title={t('record.details')}>
      <EditableText
        label={labels.title!}
        value={deal.title}
        readOnly={readOnly}
        onSave={(title) => save({ title: title ?? '' })}
      />
      <EditableMoney
        label={labels.amountCents!}
        cents={deal.amountCents}
        currency={deal.currency}
        readOnly={readOnly}
        onSave={(amountCents, currency) => save({ amountCents: amountCents ?? 0, currency })}
      />
      <EditableDay
        label={labels.expectedCloseOn!}
        value={deal.expectedCloseOn}
        readOnly={readOnly}
        onSave={(expectedCloseOn) => save({ expectedCloseOn })}
      />
      <EditableChoice
        label={labels.ownerId!}
        value={deal.ownerId}
        options={users.options}
        readOnly={readOnly}
        onSave={async (ownerId) => (ownerId ? save({ ownerId }) : undefined)}
      />
      <EditableText
        label={labels.products!}
        value={deal.products}
        readOnly={readOnly}
        onSave={(products) => save({ products })}
      />
      <EditableText
        label={labels.competitor!}
        value={deal.competitor}
        readOnly={readOnly}
        onSave={(competitor) => save({ competitor })}
      />
      <EditableTags
        label={labels.tags!}
        value={deal.tags}
        readOnly={readOnly}
        onSave={(tags) => save({ tags })}
      />
      <ConflictDialog
        conflict={conflict}
        label={(field) => labels[field] ?? field}
        save={save}
        onClose={dismiss}
      />
    </Card>
  );
}
