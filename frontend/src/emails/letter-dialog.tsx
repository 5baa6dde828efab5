import { Alert, Button, Group, Modal, Skeleton, Stack } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ask, fillPath } from '../api/request.ts';
import { FileLink } from '../files/file-link.tsx';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { LinkTo } from '../records/link-to.tsx';
import { useMe } from '../session/use-me.ts';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import classes from './emails.module.css';
import { type Email, emailQuery } from './emails-query.ts';
import LetterForm from './letter-form.tsx';
import { LetterState } from './letter-state.tsx';

/** One letter: what it says, what became of it, and what can be done now. A draft is written on. */
export function LetterDialog({ id, onClose }: { id: string | null; onClose(): void }) {
  const { t } = useText();
  const email = useQuery({ ...emailQuery(id ?? ''), enabled: id !== null, refetchOnWindowFocus: false });
  return (
    <Modal opened={id !== null} onClose={onClose} title={t('emails.one')} size="xl">
      {email.error && <ProblemPanel error={email.error} />}
      {id !== null && email.isPending && <Skeleton height={280} />}
      {id !== null && email.data && <Opened key={id} email={email.data} onClose={onClose} />}
    </Modal>
  );
}

function Opened({ email, onClose }: { email: Email; onClose(): void }) {
  const me = useMe();
  const mine = email.ownerId === me.id;
  if (mine && (email.status === 'draft' || email.status === 'cancelled'))
    return <LetterForm begun={email} onDone={onClose} />;
  return <Ended email={email} mine={mine} />;
}

function Ended({ email, mine }: { email: Email; mine: boolean }) {
  const { t } = useText();
  const format = useFormat();
  const queryClient = useQueryClient();
  const { id, version, status, error } = email;
  const step = useMutation({
    mutationFn: (name: 'cancel' | 'retry' | 'replied' | 'notReplied') => {
      const path = { id };
      if (name === 'cancel') return ask('POST /emails/{id}/cancel', { path, version });
      if (name === 'retry') return ask('POST /emails/{id}/retry', { path, version });
      const body = { replied: name === 'replied' };
      return ask('POST /emails/{id}/mark-replied', { path, version, body });
    },
    onSettled() {
      void queryClient.invalidateQueries({ queryKey: ['email'] });
      void queryClient.invalidateQueries({ queryKey: ['activity'] });
    },
  });
  const refused = email.recipients.filter(({ state }) => state === 'refused');
  return (
    <Stack gap={12}>
      <Group gap={10}>
        <LetterState
          status={status}
          errorCode={error?.code ?? null}
          openCountEst={email.openCountEst}
          clickCount={email.clickCount}
          repliedAt={email.repliedAt}
        />
        <span>
          {email.sentAt
            ? format.dateTime(email.sentAt)
            : email.scheduledAt && format.dateTime(email.scheduledAt)}
        </span>
        {email.openCountEst > 0 && <span>{t('email.opens', { count: email.openCountEst })}</span>}
        {email.clickCount > 0 && <span>{t('email.clicks', { count: email.clickCount })}</span>}
      </Group>
      {error && (
        <Alert color={error.code === 'unavailable' && status === 'queued' ? 'yellow' : 'red'}>
          {t(`email.error.${error.code}`)}
          <br />
          <small>{error.message}</small>
          {error.code === 'ambiguous' && (
            <>
              <br />
              <small>Message-ID: {email.messageId}</small>
            </>
          )}
        </Alert>
      )}
      {status === 'sent' && refused.length > 0 && (
        <Alert color="yellow">
          {refused.map(({ address, words }) => (
            <div key={address}>
              {address}: {words}
            </div>
          ))}
        </Alert>
      )}
      <dl className={classes.head}>
        <dt>{t('letter.to')}</dt>
        <dd>{[...email.to, ...email.cc, ...email.bcc].join(', ')}</dd>
        <dt>{t('letter.subject')}</dt>
        <dd>{email.subject}</dd>
        {email.files.length > 0 && (
          <>
            <dt>{t('letter.files')}</dt>
            <dd>
              {email.files.map(({ id: fileId, name, size, type }) => (
                <div key={fileId}>
                  <FileLink
                    path={fillPath('/emails/{id}/files/{fileId}', { id, fileId })}
                    name={name}
                    type={type}
                  />{' '}
                  · {format.size(size)}
                </div>
              ))}
            </dd>
          </>
        )}
        {email.links.length > 0 && (
          <>
            <dt>{t('emails.about')}</dt>
            <dd>
              {email.links.map((link) => (
                <LinkTo key={link.id} link={link} />
              ))}
            </dd>
          </>
        )}
      </dl>
      <p className={classes.body}>{email.bodyText}</p>
      {step.error && <ProblemPanel error={step.error} />}
      <Group justify="flex-end" gap={8}>
        {(status === 'scheduled' || status === 'queued') && (
          <Button variant="default" loading={step.isPending} onClick={() => step.mutate('cancel')}>
            {t('email.cancel')}
          </Button>
        )}
        {mine && (status === 'failed' || status === 'bounced') && (
          <Button loading={step.isPending} onClick={() => step.mutate('retry')}>
            {t('email.retry')}
          </Button>
        )}
        {status === 'sent' && (
          <Button
            variant="default"
            loading={step.isPending}
            onClick={() => step.mutate(email.repliedAt ? 'notReplied' : 'replied')}
          >
            {t(email.repliedAt ? 'email.notReplied' : 'email.replied')}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
