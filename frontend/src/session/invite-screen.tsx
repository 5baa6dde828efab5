import { Button, PasswordInput, Skeleton, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { Problem } from '../api/problem.ts';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { Door } from './door.tsx';
import { personRules } from './person.ts';
import { meQuery } from './session.ts';

const route = getRouteApi('/invite/$token');

/** The link of an invitation: makes the account, or says that the link is over. */
export function InviteScreen() {
  const { t } = useText();
  const { token } = route.useParams();
  const invite = useQuery({
    queryKey: ['invite', 'link', token],
    queryFn: ({ signal }) => ask('GET /auth/invites/{token}', { path: { token }, signal }),
    retry: false,
  });
  const gone = invite.error instanceof Problem && [404, 422].includes(invite.error.status);
  if (gone) return <Door title={t('invite.gone.title')} text={t('invite.gone.text')} />;
  return (
    <Door title={t('invite.title')} text={invite.data && t('invite.text', { email: invite.data.email })}>
      {invite.isPending && <Skeleton height={220} mt={20} />}
      {invite.error && <ProblemPanel error={invite.error} onRetry={() => void invite.refetch()} />}
      {invite.data && <Join token={token} email={invite.data.email} />}
    </Door>
  );
}

function Join({ token, email }: { token: string; email: string }) {
  const { t, locale } = useText();
  const router = useRouter();
  const queryClient = useQueryClient();
  const { name: nameRule, password: passwordRule } = personRules(t);
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { name: '', password: '' },
    validate: { name: nameRule, password: passwordRule },
  });
  const join = useMutation({
    mutationFn: async ({ name, password }: typeof form.values) => {
      await ask('POST /auth/accept-invite', { body: { token, name: name.trim(), password } });
      // The language in which somebody joins is theirs, whatever the organisation's is.
      return ask('PATCH /auth/me', { body: { locale } });
    },
    onSuccess(me) {
      queryClient.setQueryData(meQuery.queryKey, me);
      router.history.push('/');
    },
    onError(error) {
      if (error instanceof Problem) form.setErrors(error.fields);
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => join.mutate(values))} noValidate>
      <Stack gap={16}>
        <TextInput
          label={t('setup.name')}
          autoComplete="name"
          required
          withAsterisk={false}
          autoFocus
          key={form.key('name')}
          {...form.getInputProps('name')}
        />
        {/* Password managers keep the password under this name. */}
        <input type="hidden" autoComplete="username" value={email} readOnly />
        <PasswordInput
          label={t('signIn.password')}
          description={t('password.hint')}
          autoComplete="new-password"
          required
          withAsterisk={false}
          key={form.key('password')}
          {...form.getInputProps('password')}
        />
        {join.error && Object.keys(form.errors).length === 0 && <ProblemPanel error={join.error} />}
        <Button type="submit" size="md" loading={join.isPending}>
          {t('invite.submit')}
        </Button>
      </Stack>
    </form>
  );
}
