import { Switch, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useText } from '../i18n/i18n.ts';
import { Card } from '../records/record-layout.tsx';
import { OrganisationForm } from './organisation-form.tsx';
import { serverQuery } from './server-query.ts';
import classes from './settings.module.css';

/** E-mail: whether a server sends it, under which name, and what is measured. */
export function EmailSection() {
  const { t } = useText();
  const server = useQuery(serverQuery);
  return (
    <Card title={t('settings.email')}>
      {server.data && (
        <p className={classes.note} data-good={server.data.configured.smtp || undefined}>
          {t(server.data.configured.smtp ? 'org.email.on' : 'org.email.off')}
        </p>
      )}
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
  );
}
