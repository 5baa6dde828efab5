import { ActionIcon, Button, Group, Modal, Select, Stack, Text, TextInput, Tooltip } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { IconDeviceMobileOff, IconKey, IconPlus, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Problem } from '../api/problem.ts';
import { ask, type Body } from '../api/request.ts';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { Card } from '../records/record-layout.tsx';
import { useMe } from '../session/use-me.ts';
import { ConfirmDialog, type Question } from '../ui/confirm-dialog.tsx';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { showProblem } from '../ui/show-problem.ts';
import { usersQuery } from '../users/users-query.ts';
import { SecretLink } from './secret-link.tsx';
import classes from './settings.module.css';
import { TeamsCard } from './teams-card.tsx';

const roles = ['rep', 'manager', 'admin'] as const;

/** Who works here, with which role; and who is invited. */
export function PeopleSection() {
  const { t } = useText();
  const me = useMe();
  const [inviting, setInviting] = useState(false);
  const queryClient = useQueryClient();
  const users = useQuery(usersQuery);
  const change = useMutation({
    mutationFn: ({ id, ...body }: Body<'PATCH /users/{id}'> & { id: string }) =>
      ask('PATCH /users/{id}', { path: { id }, body }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['user'] }),
    onError: showProblem,
  });
  const reset = useMutation({
    mutationFn: (id: string) => ask('POST /users/{id}/password-reset', { path: { id } }),
    onError: showProblem,
  });
  const [question, setQuestion] = useState<Question>();
  /** Whoever pretends to be a colleague asks for just that. */
  const askFactorOff = (id: string, name: string) =>
    setQuestion({
      title: t('people.factorOff.title', { name }),
      text: t('people.factorOff.text', { name }),
      sure: t('people.factorOff.sure'),
      async act() {
        await ask('DELETE /users/{id}/second-factor', { path: { id } });
        notifications.show({ message: t('people.factorOff.done', { name }) });
        await queryClient.invalidateQueries({ queryKey: ['user'] });
      },
    });
  const roleChoices = roles.map((value) => ({ value, label: t(`role.${value}`) }));
  return (
    <>
      <Card
        title={t('settings.team')}
        aside={
          <Button
            size="xs"
            leftSection={<IconPlus size={15} aria-hidden />}
            onClick={() => setInviting(true)}
          >
            {t('people.invite')}
          </Button>
        }
      >
        {users.error && <ProblemPanel error={users.error} onRetry={() => void users.refetch()} />}
        <table className={`${classes.rows} ${classes.people}`}>
          <thead>
            <tr>
              <th scope="col">{t('leads.column.name')}</th>
              <th scope="col">{t('people.role')}</th>
              <th scope="col">{t('people.status')}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {users.data?.map(({ id, name, email, role, status, secondFactor }) => (
              <tr key={id}>
                <th scope="row">
                  {name}
                  <small>{email}</small>
                </th>
                <td>
                  <Select
                    size="xs"
                    aria-label={`${t('people.role')}: ${name}`}
                    allowDeselect={false}
                    disabled={id === me.id}
                    data={roleChoices}
                    value={role}
                    onChange={(next) => change.mutate({ id, role: next as (typeof roles)[number] })}
                  />
                </td>
                <td>
                  <Select
                    size="xs"
                    aria-label={`${t('people.status')}: ${name}`}
                    allowDeselect={false}
                    disabled={id === me.id || status === 'invited'}
                    data={(status === 'invited'
                      ? ['invited' as const]
                      : (['active', 'disabled'] as const)
                    ).map((value) => ({ value, label: t(`people.status.${value}`) }))}
                    value={status}
                    onChange={(next) => change.mutate({ id, status: next as 'active' | 'disabled' })}
                  />
                </td>
                <td>
                  {id !== me.id && status === 'active' && (
                    <Tooltip label={t('people.reset')}>
                      <ActionIcon
                        variant="subtle"
                        color="gray"
                        aria-label={`${t('people.reset')}: ${name}`}
                        onClick={() => reset.mutate(id)}
                      >
                        <IconKey size={16} stroke={1.7} />
                      </ActionIcon>
                    </Tooltip>
                  )}
                  {id !== me.id && secondFactor && (
                    <Tooltip label={t('people.factorOff')}>
                      <ActionIcon
                        variant="subtle"
                        color="gray"
                        aria-label={`${t('people.factorOff')}: ${name}`}
                        onClick={() => askFactorOff(id, name)}
                      >
                        <IconDeviceMobileOff size={16} stroke={1.7} />
                      </ActionIcon>
                    </Tooltip>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Card>
      <TeamsCard />
      <Invites />
      <ConfirmDialog question={question} onClose={() => setQuestion(undefined)} />
      <Modal opened={inviting} onClose={() => setInviting(false)} title={t('people.invite.title')}>
        <InviteForm choices={roleChoices} />
      </Modal>
      <Modal opened={reset.data !== undefined} onClose={reset.reset} title={t('people.reset')}>
        {reset.data && (
          <SecretLink text={t('people.reset.link', { email: reset.data.email })} link={reset.data.link}>
            {users.data?.some(({ email, secondFactor }) => email === reset.data.email && secondFactor) && (
              <Text size="sm">{t('people.reset.factor')}</Text>
            )}
          </SecretLink>
        )}
      </Modal>
    </>
  );
}

function Invites() {
  const { t } = useText();
  const format = useFormat();
  const queryClient = useQueryClient();
  const invites = useQuery({
    queryKey: ['invite', 'list'],
    queryFn: ({ signal }) => ask('GET /invites', { signal }),
  });
  const revoke = useMutation({
    mutationFn: (id: string) => ask('DELETE /invites/{id}', { path: { id } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['invite'] }),
    onError: showProblem,
  });
  if (!invites.data || invites.data.data.length === 0) return null;
  return (
    <Card title={t('people.pending')}>
      <table className={classes.rows}>
        <tbody>
          {invites.data.data.map(({ id, email, role, expiresAt }) => (
            <tr key={id}>
              <th scope="row">{email}</th>
              <td>{t(`role.${role}`)}</td>
              <td>{format.ago(expiresAt)}</td>
              <td>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`${t('people.revoke')}: ${email}`}
                  onClick={() => revoke.mutate(id)}
                >
                  <IconTrash size={16} stroke={1.7} />
                </ActionIcon>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

function InviteForm({ choices }: { choices: { value: string; label: string }[] }) {
  const { t } = useText();
  const queryClient = useQueryClient();
  const form = useForm({ initialValues: { email: '', role: 'rep' } });
  const invite = useMutation({
    mutationFn: ({ email, role }: typeof form.values) =>
      ask('POST /invites', { body: { email: email.trim(), role: role as (typeof roles)[number] } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['invite'] }),
    onError(error) {
      if (error instanceof Problem) form.setErrors(error.fields);
    },
  });
  if (invite.data) {
    const { email, link, mailed } = invite.data;
    return (
      <SecretLink
        text={mailed ? t('people.invite.mailed', { email }) : t('people.invite.link')}
        link={link}
      />
    );
  }
  return (
    <form onSubmit={form.onSubmit((values) => invite.mutate(values))}>
      <Stack gap={14}>
        <TextInput
          label={t('signIn.email')}
          type="email"
          required
          data-autofocus
          {...form.getInputProps('email')}
        />
        <Select
          label={t('people.role')}
          allowDeselect={false}
          data={choices}
          {...form.getInputProps('role')}
        />
        {invite.error && Object.keys(form.errors).length === 0 && <ProblemPanel error={invite.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={invite.isPending}>
            {t('people.invite')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
