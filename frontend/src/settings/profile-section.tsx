import { Button, Group, PasswordInput, Select, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Problem } from '../api/problem.ts';
import { ask } from '../api/request.ts';
import { useFormat } from '../i18n/format.ts';
import { chooseLanguage, useText } from '../i18n/i18n.ts';
import { type Locale, locales } from '../i18n/locales.ts';
import { Card } from '../records/record-layout.tsx';
import { meQuery } from '../session/session.ts';
import { useMe } from '../session/use-me.ts';
import { languageNames } from '../shell/preferences.tsx';
import { plainKeys } from '../shortcuts/use-shortcuts.ts';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { showProblem } from '../ui/show-problem.ts';
import { SecondFactor } from './second-factor.tsx';
import classes from './settings.module.css';

/** Oneself: name, language, signature, password, and where one is signed in. */
export function ProfileSection() {
  return (
    <>
      <Person />
      <Password />
      <SecondFactor />
      <Sessions />
    </>
  );
}

function Person() {
  const { t } = useText();
  const me = useMe();
  const queryClient = useQueryClient();
  const form = useForm({
    initialValues: {
      name: me.name,
      locale: me.locale as string,
      timezone: me.timezone,
      signature: me.signature,
      shortcuts: plainKeys.on(),
    },
  });
  const save = useMutation({
    mutationFn: ({ shortcuts, ...values }: typeof form.values) =>
      ask('PATCH /auth/me', {
        body: { ...values, locale: values.locale as Locale, prefs: { ...me.prefs, shortcuts } },
      }),
    async onSuccess(changed) {
      queryClient.setQueryData(meQuery.queryKey, changed);
      plainKeys.set(changed.prefs.shortcuts);
      await chooseLanguage(changed.locale);
      notifications.show({ message: t('settings.saved') });
    },
    onError(error) {
      if (error instanceof Problem) form.setErrors(error.fields);
    },
  });
  return (
    <Card title={t('settings.profile')}>
      <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack gap={14}>
          <TextInput label={t('setup.name')} required {...form.getInputProps('name')} />
          <Group grow gap={14}>
            <Select
              label={t('settings.language')}
              allowDeselect={false}
              data={locales.map((value) => ({ value, label: languageNames[value] }))}
              {...form.getInputProps('locale')}
            />
            <Select
              label={t('profile.timezone')}
              searchable
              allowDeselect={false}
              data={[...new Set([me.timezone, ...Intl.supportedValuesOf('timeZone')])]}
              limit={50}
              {...form.getInputProps('timezone')}
            />
          </Group>
          <Textarea
            label={t('profile.signature')}
            autosize
            minRows={2}
            maxLength={2000}
            {...form.getInputProps('signature')}
          />
          <Switch label={t('shortcuts.plain')} {...form.getInputProps('shortcuts', { type: 'checkbox' })} />
          {save.error && Object.keys(form.errors).length === 0 && <ProblemPanel error={save.error} />}
          <Group justify="flex-end">
            <Button type="submit" loading={save.isPending}>
              {t('action.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}

function Password() {
  const { t } = useText();
  const form = useForm({
    initialValues: { current: '', next: '' },
    validate: { next: (next) => (next.length < 10 ? t('password.short') : null) },
  });
  const change = useMutation({
    mutationFn: (body: typeof form.values) => ask('POST /auth/password', { body }),
    onSuccess() {
      form.reset();
      notifications.show({ message: t('settings.saved') });
    },
    onError(error) {
      if (error instanceof Problem) form.setErrors(error.fields);
    },
  });
  return (
    <Card title={t('profile.password')}>
      <form onSubmit={form.onSubmit((values) => change.mutate(values))}>
        <Stack gap={14}>
          <Group grow gap={14} align="flex-start">
            <PasswordInput
              label={t('profile.currentPassword')}
              autoComplete="current-password"
              required
              withAsterisk={false}
              {...form.getInputProps('current')}
            />
            <PasswordInput
              label={t('profile.newPassword')}
              autoComplete="new-password"
              required
              withAsterisk={false}
              {...form.getInputProps('next')}
            />
          </Group>
          {change.error && Object.keys(form.errors).length === 0 && <ProblemPanel error={change.error} />}
          <Group justify="flex-end">
            <Button type="submit" variant="default" loading={change.isPending}>
              {t('profile.password')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}

function Sessions() {
  const { t } = useText();
  const format = useFormat();
  const queryClient = useQueryClient();
  const sessions = useQuery({
    queryKey: ['session', 'list'],
    queryFn: ({ signal }) => ask('GET /auth/sessions', { signal }),
  });
  const end = useMutation({
    mutationFn: (id: string) => ask('DELETE /auth/sessions/{id}', { path: { id } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['session'] }),
    onError: showProblem,
  });
  return (
    <Card title={t('profile.sessions')}>
      {sessions.error && <ProblemPanel error={sessions.error} onRetry={() => void sessions.refetch()} />}
      <table className={classes.rows}>
        <tbody>
          {sessions.data?.data.map(({ id, userAgent, ipPrefix, usedAt, current }) => (
            <tr key={id}>
              <th scope="row">
                {current ? t('profile.thisSession') : ipPrefix}
                <small>{userAgent}</small>
              </th>
              <td>{format.ago(usedAt)}</td>
              <td>
                {!current && (
                  <Button size="xs" variant="default" onClick={() => end.mutate(id)}>
                    {t('profile.endSession')}
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
