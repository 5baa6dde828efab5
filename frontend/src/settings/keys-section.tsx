import {
  Alert,
  Button,
  Code,
  CopyButton,
  Group,
  Modal,
  Select,
  Stack,
  Switch,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/request.ts';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { Card } from '../records/record-layout.tsx';
import { Blank } from '../ui/blank.tsx';
import { ConfirmDialog, type Question } from '../ui/confirm-dialog.tsx';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import classes from './settings.module.css';

/** Keys with which other programs use the API. */
export function KeysSection() {
  const { t } = useText();
  const format = useFormat();
  const queryClient = useQueryClient();
  const [creating, setCreating] = useState(false);
  const keys = useQuery({
    queryKey: ['api-key', 'list'],
    queryFn: ({ signal }) => ask('GET /api-keys', { signal }),
  });
  const [question, setQuestion] = useState<Question>();
  const askRemoval = (id: string, name: string) =>
    setQuestion({
      title: t('keys.remove.title', { name }),
      text: t('keys.remove.text'),
      sure: t('keys.remove'),
      async act() {
        await ask('DELETE /api-keys/{id}', { path: { id } });
        await queryClient.invalidateQueries({ queryKey: ['api-key'] });
      },
    });
  return (
    <Card
      title={t('settings.keys')}
      aside={
        <Button size="xs" leftSection={<IconPlus size={15} aria-hidden />} onClick={() => setCreating(true)}>
          {t('keys.new')}
        </Button>
      }
    >
      {keys.error && <ProblemPanel error={keys.error} onRetry={() => void keys.refetch()} />}
      {keys.data?.data.length === 0 && (
        <Blank icon={IconKey} title={t('keys.empty')} text={t('keys.emptyText')} />
      )}
      <table className={classes.rows}>
        <tbody>
          {keys.data?.data.map(({ id, name, prefix, role, readOnly, lastUsedAt }) => (
            <tr key={id}>
              <th scope="row">
                {name}
                <small>{prefix}…</small>
              </th>
              <td>
                {t(`role.${role}`)}
                {readOnly && <small>{t('keys.readOnly')}</small>}
              </td>
              <td>
                {t('keys.used')}: {lastUsedAt ? format.ago(lastUsedAt) : t('keys.never')}
              </td>
              <td>
                <Button
                  size="xs"
                  variant="default"
                  aria-label={`${t('keys.remove')}: ${name}`}
                  onClick={() => askRemoval(id, name)}
                >
                  {t('keys.remove')}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Modal opened={creating} onClose={() => setCreating(false)} title={t('keys.new')}>
        <KeyForm />
      </Modal>
      <ConfirmDialog question={question} onClose={() => setQuestion(undefined)} />
    </Card>
  );
}

function KeyForm() {
  const { t } = useText();
  const queryClient = useQueryClient();
  const form = useForm({ initialValues: { name: '', role: 'rep', readOnly: true } });
  const create = useMutation({
    mutationFn: (values: typeof form.values) =>
      ask('POST /api-keys', { body: { ...values, role: values.role as 'rep' | 'manager' | 'admin' } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['api-key'] }),
  });
  if (create.data) {
    return (
      <Stack gap={14}>
        <Alert color="yellow">{t('keys.once')}</Alert>
        <Code block>{create.data.key}</Code>
        <CopyButton value={create.data.key}>
          {({ copied, copy }) => (
            <Button onClick={copy}>{t(copied ? 'people.invite.copied' : 'people.invite.copy')}</Button>
          )}
        </CopyButton>
      </Stack>
    );
  }
  return (
    <form onSubmit={form.onSubmit((values) => create.mutate(values))}>
      <Stack gap={14}>
        <TextInput
          label={t('keys.name')}
          required
          data-autofocus
          maxLength={100}
          {...form.getInputProps('name')}
        />
        <Select
          label={t('people.role')}
          allowDeselect={false}
          data={(['rep', 'manager', 'admin'] as const).map((value) => ({ value, label: t(`role.${value}`) }))}
          {...form.getInputProps('role')}
        />
        <Switch label={t('keys.readOnly')} {...form.getInputProps('readOnly', { type: 'checkbox' })} />
        {create.error && <ProblemPanel error={create.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={create.isPending}>
            {t('keys.new')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
