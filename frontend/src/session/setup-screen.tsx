import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { Problem } from '../api/problem.ts';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { Door } from './door.tsx';
import { personRules } from './person.ts';
import { meQuery } from './session.ts';

/** The first run: an organisation and its administrator. */
export function SetupScreen() {
  const { t, locale } = useText();
  const router = useRouter();
  const queryClient = useQueryClient();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { organisation: '', name: '', email: '', password: '' },
    validate: {
      organisation: (name) => (name.trim().length < 2 ? t('person.nameShort') : null),
      ...personRules(t),
    },
  });
  const setUp = useMutation({
    mutationFn: ({ organisation, name, email, password }: typeof form.values) =>
      ask('POST /setup', {
        body: {
          organisation: organisation.trim(),
          name: name.trim(),
          email: email.trim(),
          password,
          locale,
          timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        },
      }),
    onSuccess(me) {
      queryClient.setQueryData(meQuery.queryKey, me);
      router.history.push('/');
    },
    onError(error) {
      if (error instanceof Problem) form.setErrors(error.fields);
    },
  });
  return (
    <Door title={t('setup.title')} text={t('setup.text')}>
      <form onSubmit={form.onSubmit((values) => setUp.mutate(values))} noValidate>
        <Stack gap={16}>
          <TextInput
            label={t('setup.organisation')}
            autoComplete="organization"
            required
            withAsterisk={false}
            autoFocus
            key={form.key('organisation')}
            {...form.getInputProps('organisation')}
          />
          <TextInput
            label={t('setup.name')}
            autoComplete="name"
            required
            withAsterisk={false}
            key={form.key('name')}
            {...form.getInputProps('name')}
          />
          <TextInput
            label={t('signIn.email')}
            type="email"
            autoComplete="username"
            required
            withAsterisk={false}
            key={form.key('email')}
            {...form.getInputProps('email')}
          />
          <PasswordInput
            label={t('signIn.password')}
            description={t('password.hint')}
            autoComplete="new-password"
            required
            withAsterisk={false}
            key={form.key('password')}
            {...form.getInputProps('password')}
          />
          {setUp.error && Object.keys(form.errors).length === 0 && <ProblemPanel error={setUp.error} />}
          <Button type="submit" size="md" loading={setUp.isPending}>
            {t('setup.submit')}
          </Button>
        </Stack>
      </form>
    </Door>
  );
}
