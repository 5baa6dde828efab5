import { ActionIcon, Button, Menu, Select } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDots, IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { DeleteDialog } from '../records/delete-dialog.tsx';
import { showProblem } from '../ui/show-problem.ts';
import { ConvertDialog } from './convert-dialog.tsx';
import { type Lead, type LeadStatus, leadStatuses } from './lead.ts';
import { UnqualifyDialog } from './unqualify-dialog.tsx';

/** What can be done with a lead as a whole. */
export function LeadActions({ lead }: { lead: Lead }) {
  const { t } = useText();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [open, setOpen] = useState<'delete' | 'unqualify' | 'convert'>();
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
  const remove = useMutation({
    mutationFn: () => ask('DELETE /leads/{id}', { path: { id: lead.id } }),
    onSuccess() {
      notifications.show({ message: t('record.deleted', { name: lead.name }) });
      void navigate({ to: '/leads' });
      void queryClient.invalidateQueries({ queryKey: ['lead', 'list'] });
    },
    onError: showProblem,
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
      <Menu position="bottom-end" width={180}>
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label={t('record.actions')}>
            <IconDots size={18} stroke={1.7} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            color="red"
            leftSection={<IconTrash size={16} stroke={1.7} aria-hidden />}
            onClick={() => setOpen('delete')}
          >
            {t('record.delete')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <DeleteDialog
        name={lead.name}
        opened={open === 'delete'}
        busy={remove.isPending}
        onClose={() => setOpen(undefined)}
        onConfirm={() => remove.mutate()}
      />
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
