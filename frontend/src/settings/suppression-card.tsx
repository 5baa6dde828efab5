import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { Problem } from '../api/problem.ts';
import { type Answer, ask } from '../api/request.ts';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { Card } from '../records/record-layout.tsx';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { isUnexplained } from '../ui/unexplained.ts';
import { useUsers } from '../users/users-query.ts';

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
              <Found {...found} />
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

/** Whether letters go to an address; why not, or what else is in the way. */
function Found({
  email,
  suppressed,
  reason,
  since,
  byUserId,
  optedOut,
  refusal,
}: Answer<'GET /suppressions'>) {
  const { t } = useText();
  const format = useFormat();
  const { nameOf } = useUsers();
  const why = () => {
    const values = { email, date: format.date(since!) };
    if (reason === 'unsubscribed') return t('suppression.unsubscribed', values);
    if (byUserId === null) return t('suppression.asked', values);
    return t('suppression.askedBy', { ...values, name: nameOf(byUserId) });
  };
  return (
    <Stack gap={6} flex="1 1 260px">
      <span>{suppressed ? why() : t('suppression.off', { email })}</span>
      {suppressed && <Text size="sm">{t('suppression.removeNote')}</Text>}
      {!suppressed && optedOut && <Text size="sm">{t('suppression.optedOut')}</Text>}
      {!suppressed && refusal && (
        <Text size="sm">
          {t('suppression.refusal', { date: format.date(refusal.at), words: refusal.words ?? '' })}
        </Text>
      )}
    </Stack>
  );
}
