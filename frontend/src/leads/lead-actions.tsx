import { Button, Select } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { RecordMenu } from '../records/record-menu.tsx';
import { showProblem } from '../ui/show-problem.ts';
import { ConvertDialog } from './convert-dialog.tsx';
import { type Lead, type LeadStatus, leadStatuses } from './lead.ts';
import { UnqualifyDialog } from './unqualify-dialog.tsx';

/** What can be done with a lead as a whole. */
export function LeadActions({ lead }: { lead: Lead }) {
  const { t } = useText();
  const queryClient = useQueryClient();
  const [open, setOpen] = useState<'unqualify' | 'convert'>();
  const keep = (changed: Lead) => {
    queryClient.setQueryData(['lead', changed.id], changed);
    void queryClient.invalidateQueries({ queryKey: ['lead', 'list'] });
  };
  const change = useMutation({
    mutationFn: (body: { status: LeadStatus; unqualifiedReason?: string }) =>
      ask('PATCH /leads/{id}', { path: { id: lead.id }, version: lead.version, body }),
    onSuccess: keep,
    onError(error) {
      showProblem(error);
      void queryClient.invalidateQueries({ queryKey: ['lead', lead.id] });
    },
    onSettled: () => setOpen(undefined),
  });
  const choose = (status: LeadStatus | null) => {
    if (status === 'unqualified') setOpen('unqualify');
    else if (status && status !== lead.status) change.mutate({ status });
  };
  return (
    <>
      <Select
        aria-label={t('leads.column.status')}
        w={170}
        allowDeselect={false}
        disabled={lead.status === 'converted' || change.isPending}
        value={lead.status}
        onChange={choose}
        data={leadStatuses
          .filter((status) => status !== 'converted' || lead.status === 'converted')
          .map((value) => ({ value, label: t(`leads.status.${value}`) }))}
      />
      {lead.status !== 'converted' && (
        <Button onClick={() => setOpen('convert')}>{t('convert.action')}</Button>
      )}
      <RecordMenu record={{ entity: 'lead', id: lead.id, name: lead.name }} list="/leads" />
      <ConvertDialog lead={lead} opened={open === 'convert'} onClose={() => setOpen(undefined)} />
      <UnqualifyDialog
        opened={open === 'unqualify'}
        busy={change.isPending}
        onClose={() => setOpen(undefined)}
        onConfirm={(unqualifiedReason) => change.mutate({ status: 'unqualified', unqualifiedReason })}
      />
    </>
  );
}
