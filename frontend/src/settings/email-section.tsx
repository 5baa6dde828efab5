import { Button, Group, Switch, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { Card } from '../records/record-layout.tsx';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { OrganisationForm } from './organisation-form.tsx';
import classes from './settings.module.css';
import { SuppressionCard } from './suppression-card.tsx';

/** E-mail: whether a server sends it, under which name, and what is measured. */
export function EmailSection() {
  const { t } = useText();
  const server = useQuery({
    queryKey: ['settings', 'email'],
    queryFn: ({ signal }) => ask('GET /settings/email', { signal }),
  });
  const test = useMutation({ mutationFn: () => ask('POST /settings/email/test') });
  return (
    <>
      <Card title={t('settings.email')}>
        {server.data && (
          <p className={classes.note} data-good={server.data.configured || undefined}>
            {server.data.configured
              ? t('org.email.on', { from: server.data.from ?? '', host: server.data.host ?? '' })
              : t(server.data.host === null ? 'org.email.off' : 'org.email.noSender')}
          </p>
        )}
        {server.data?.configured && (
          <Group gap={12} mb={16}>
            <Button variant="light" loading={test.isPending} onClick={() => test.mutate()}>
              {t('org.email.test')}
            </Button>
            <span role="status">{test.data && t('org.email.tested', { to: test.data.sentTo })}</span>
          </Group>
        )}
        {test.error && <ProblemPanel error={test.error} />}
        <OrganisationForm
          values={({ email }) => ({ ...email, fromName: email.fromName ?? '', footer: email.footer ?? '' })}
          body={({ fromName, footer, ...switches }) => ({
            email: { ...switches, fromName: fromName.trim() || null, footer: footer.trim() || null },
          })}
        >
          {(form, org) => (
            <>
              <TextInput
                label={t('org.email.fromName')}
                description={t('org.email.fromNameHint', { name: org.name })}
                {...form.getInputProps('fromName')}
              />
              <Textarea
                label={t('org.email.footer')}
                description={t('org.email.footerHint')}
                autosize
                minRows={2}
                {...form.getInputProps('footer')}
              />
              <Switch
                label={t('org.email.trackOpens')}
                description={t('org.email.trackOpensHint')}
                {...form.getInputProps('trackOpens', { type: 'checkbox' })}
              />
              <Switch
                label={t('org.email.trackClicks')}
                {...form.getInputProps('trackClicks', { type: 'checkbox' })}
              />
            </>
          )}
        </OrganisationForm>
      </Card>
      <SuppressionCard />
    </>
  );
}
