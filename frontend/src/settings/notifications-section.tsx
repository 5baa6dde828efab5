import { Alert, Button, Group, NativeSelect, Stack, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications as toasts } from '@mantine/notifications';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { type Answer, ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { type NoticeKind, noticesQuery } from '../notices/notices-query.ts';
import { Card } from '../records/record-layout.tsx';
import { meQuery } from '../session/session.ts';
import { useMe } from '../session/use-me.ts';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import classes from './notifications-section.module.css';

type Wishes = Answer<'GET /auth/me'>['prefs']['notifications'];
const channels = ['off', 'app', 'digest', 'email'] as const;
const usualQuiet = { from: '20:00', to: '07:00' };
/** Who is told of a kind at all, where that is not everybody. */
const onlyFor: Partial<Record<NoticeKind, readonly string[]>> = {
  deal_idle: ['manager', 'admin'],
  ai_failing: ['admin'],
  mail_failing: ['admin'],
};

/** What one is told of, and where; when e-mails wait; and the e-mail of the morning. */
export function NotificationsSection() {
  const { t } = useText();
  const me = useMe();
  const queryClient = useQueryClient();
  const { data } = useInfiniteQuery(noticesQuery);
  const mailed = data?.pages[0]?.mailed;
  const form = useForm<Wishes>({ initialValues: me.prefs.notifications });
  const { quiet } = form.values;
  const save = useMutation({
    mutationFn: (notifications: Wishes) =>
      ask('PATCH /auth/me', { body: { prefs: { ...me.prefs, notifications } } }),
    onSuccess(changed) {
      queryClient.setQueryData(meQuery.queryKey, changed);
      toasts.show({ message: t('settings.saved') });
    },
  });
  const kinds = (Object.keys(me.prefs.notifications.channels) as NoticeKind[]).filter(
    (kind) => onlyFor[kind]?.includes(me.role) ?? true,
  );
  return (
    <form onSubmit={form.onSubmit((wishes) => save.mutate(wishes))}>
      <Stack gap={16}>
        {mailed === false && <Alert color="gray">{t('wishes.noMail')}</Alert>}
        <Card title={t('wishes.kinds')}>
          <div className={classes.kinds}>
            {kinds.map((kind) => (
              <NativeSelect
                key={kind}
                label={t(`wishes.kind.${kind}`)}
                data={channels.map((value) => ({ value, label: t(`wishes.channel.${value}`) }))}
                classNames={{ root: classes.kind }}
                {...form.getInputProps(`channels.${kind}`)}
              />
            ))}
          </div>
        </Card>
        <Card title={t('wishes.mail')}>
          <Stack gap={16}>
            <Switch
              label={t('wishes.digest')}
              description={t('wishes.digestHint')}
              {...form.getInputProps('digest', { type: 'checkbox' })}
            />
            <Switch
              label={t('wishes.quiet')}
              description={t('wishes.quietHint')}
              checked={quiet !== null}
              onChange={({ currentTarget }) =>
                form.setFieldValue('quiet', currentTarget.checked ? usualQuiet : null)
              }
            />
            {quiet && (
              <Group gap={12}>
                <TextInput
                  type="time"
                  required
                  label={t('wishes.from')}
                  {...form.getInputProps('quiet.from')}
                />
                <TextInput type="time" required label={t('wishes.to')} {...form.getInputProps('quiet.to')} />
              </Group>
            )}
          </Stack>
        </Card>
        {save.error && <ProblemPanel error={save.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending}>
            {t('action.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
