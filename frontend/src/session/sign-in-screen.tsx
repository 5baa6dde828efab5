import { Button, PasswordInput, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { Problem } from '../api/problem.ts';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { Door } from './door.tsx';

const route = getRouteApi('/sign-in');

export function SignInScreen() {
  const { t } = useText();
  const { next = '/' } = route.useSearch();
  const router = useRouter();
  const form = useForm({ mode: 'uncontrolled', initialValues: { token: '' } });
  const signIn = useMutation({
    mutationFn: (body: { token: string }) => ask('POST /auth/login', { body }),
    onSuccess: () => router.history.push(next),
    onError(error) {
      if (error instanceof Problem && error.status === 401) form.setFieldError('token', t('signIn.wrong'));
    },
  });
  const wrong = signIn.error instanceof Problem && signIn.error.status === 401;
  return (
    <Door title={t('signIn.title')} text={t('signIn.text')}>
      <form onSubmit={form.onSubmit((values) => signIn.mutate({ token: values.token.trim() }))}>
        <Stack gap={16}>
          <PasswordInput
            label={t('signIn.token')}
            description={t('signIn.tokenHint')}
            autoComplete="current-password"
            required
            withAsterisk={false}
            autoFocus
            key={form.key('token')}
            {...form.getInputProps('token')}
          />
          {signIn.error && !wrong && <ProblemPanel error={signIn.error} />}
          <Button type="submit" size="md" loading={signIn.isPending}>
            {t('signIn.submit')}
          </Button>
        </Stack>
      </form>
    </Door>
  );
}
