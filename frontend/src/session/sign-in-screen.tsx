import { Alert, Button, Divider, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconBrandGoogle } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { apiAddress } from '../api/config.ts';
import { Problem } from '../api/problem.ts';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { Door } from './door.tsx';
import { meQuery } from './session.ts';

const route = getRouteApi('/login');

export function SignInScreen() {
  const { t } = useText();
  const { next = '/', error } = route.useSearch();
  const router = useRouter();
  const queryClient = useQueryClient();
  const providers = useQuery({
    queryKey: ['providers'],
    queryFn: ({ signal }) => ask('GET /auth/providers', { signal }),
  });
  const form = useForm({ mode: 'uncontrolled', initialValues: { email: '', password: '' } });
  const signIn = useMutation({
    mutationFn: ({ email, password }: typeof form.values) =>
      ask('POST /auth/login', { body: { email: email.trim(), password } }),
    onSuccess(me) {
      queryClient.setQueryData(meQuery.queryKey, me);
      router.history.push(next);
    },
    onError(problem) {
      if (problem instanceof Problem && problem.status === 401)
        form.setFieldError('password', t('signIn.wrong'));
    },
  });
  const wrong = signIn.error instanceof Problem && [401, 422].includes(signIn.error.status);
  return (
    <Door title={t('signIn.title')} text={t('signIn.text')}>
      <form onSubmit={form.onSubmit((values) => signIn.mutate(values))}>
        <Stack gap={16}>
          {error === 'google' && <Alert color="yellow">{t('signIn.googleFailed')}</Alert>}
          <TextInput
            label={t('signIn.email')}
            type="email"
            autoComplete="username"
            required
            withAsterisk={false}
            autoFocus
            key={form.key('email')}
            {...form.getInputProps('email')}
          />
          <PasswordInput
            label={t('signIn.password')}
            autoComplete="current-password"
            required
            withAsterisk={false}
            key={form.key('password')}
            {...form.getInputProps('password')}
          />
          {signIn.error && !wrong && <ProblemPanel error={signIn.error} />}
          <Button type="submit" size="md" loading={signIn.isPending}>
            {t('signIn.submit')}
          </Button>
          {providers.data?.google && (
            <>
              <Divider label={t('signIn.or')} />
              <Button
                component="a"
                href={apiAddress('/auth/google/start')}
                variant="default"
                size="md"
                leftSection={<IconBrandGoogle size={18} stroke={1.7} aria-hidden />}
              >
                {t('signIn.google')}
              </Button>
            </>
          )}
          <Text size="xs" c="dimmed">
            {t('signIn.forgotten')}
          </Text>
        </Stack>
      </form>
    </Door>
  );
}
