import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { Problem } from '../api/problem.ts';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { Card } from '../records/record-layout.tsx';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { isUnexplained } from '../ui/unexplained.ts';

/**
 * Who gets no letters any more, asked for by address: the list keeps no addresses, only marks of them that cannot be read, so nobody can
 * page through it.
 */
export function SuppressionCard() {
  const { t } = useText();
  const form = useForm({ initialValues: { email: '' } });
  const explain = (error: Error) => {
    if (error instanceof Problem) form.setErrors(error.fields);
  };
  const look = useMutation({
    mutationFn: (email: string) => ask('GET /suppressions', { query: { email } }),
    onError: explain,
  });
  const change = useMutation({
    async mutationFn({ email, suppressed }: { email: string; suppressed: boolean }) {
      if (suppressed) await ask('DELETE /suppressions', { query: { email } });
      else await ask('POST /suppressions', { body: { email } });
    },
    onSuccess: (_done, { email }) => look.mutate(email),
    onError: explain,
  });
  const found = look.data;
  const error = look.error ?? change.error;
  return (
    <Card title={t('suppression.title')}>
      <Stack gap={14}>
        <Text size="sm">{t('suppression.about')}</Text>
        <form
          onSubmit={form.onSubmit(({ email }) => {
            change.reset();
            look.mutate(email.trim());
          })}
          noValidate
        >
          <Group align="flex-end" gap={8}>
            <TextInput
              label={t('suppression.address')}
              type="email"
              maxLength={254}
              style={{ flex: '1 1 220px' }}
              {...form.getInputProps('email')}
            />
            <Button type="submit" variant="default" loading={look.isPending}>
              {t('suppression.look')}
            </Button>
          </Group>
        </form>
        {isUnexplained(error, form.getValues()) && <ProblemPanel error={error!} />}
        {found && (
          <Alert color={found.suppressed ? 'yellow' : 'gray'} role="status">
            <Group justify="space-between" gap={8}>
              {t(found.suppressed ? 'suppression.on' : 'suppression.off', { email: found.email })}
              <Button
                size="xs"
                variant="default"
                loading={change.isPending}
                onClick={() => change.mutate(found)}
              >
                {t(found.suppressed ? 'suppression.remove' : 'suppression.add')}
              </Button>
            </Group>
          </Alert>
        )}
      </Stack>
    </Card>
  );
}
