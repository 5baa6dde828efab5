import { Alert, Button, SegmentedControl } from '@mantine/core';
import { IconMail, IconTemplate } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { Blank } from '../ui/blank.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { type Column, RecordList } from '../ui/record-list.tsx';
import classes from './emails.module.css';
import { type Email, emailsQuery, type Folder, folderNames } from './emails-query.ts';
import { LetterDialog } from './letter-dialog.tsx';
import { LetterState } from './letter-state.tsx';
import { serverQuery } from './server-query.ts';

const route = getRouteApi('/app/emails');

/** Letters to people outside, by what became of them. */
export function EmailsScreen() {
  const { t } = useText();
  const format = useFormat();
  const { folder = 'sent', open } = route.useSearch();
  const navigate = route.useNavigate();
  const show = (next: { folder?: Folder; open?: string }) =>
    void navigate({
      search: {
        ...(next.folder && next.folder !== 'sent' && { folder: next.folder }),
        ...(next.open && { open: next.open }),
      },
      replace: true,
    });
  const server = useQuery(serverQuery);
  const emails = useInfiniteQuery(emailsQuery(folder));
  const columns: Column<Email>[] = [
    {
      key: 'subject',
      header: t('letter.subject'),
      place: 'title',
      render: ({ id, subject }) => (
        <button type="button" className={classes.subject} onClick={() => show({ folder, open: id })}>
          {subject || t('emails.noSubject')}
        </button>
      ),
    },
    {
      key: 'to',
      header: t('letter.to'),
      place: 'wide',
      render: ({ to, cc, bcc }) => [...to, ...cc, ...bcc].join(', ') || t('emails.nobody'),
    },
    {
      key: 'state',
      header: t('emails.state'),
      place: 'start',
      render: (email) => (
        <LetterState
          status={email.status}
          errorCode={email.error?.code ?? null}
          openCountEst={email.openCountEst}
          clickCount={email.clickCount}
          repliedAt={email.repliedAt}
        />
      ),
    },
    {
      key: 'when',
      header: t('emails.when'),
      place: 'wide',
      render: ({ sentAt, scheduledAt, updatedAt }) => format.dateTime(sentAt ?? scheduledAt ?? updatedAt),
    },
  ];
  return (
    <>
      <PageHeader title={t('emails.title')}>
        <Button
          variant="default"
          leftSection={<IconTemplate size={17} aria-hidden />}
          renderRoot={(props) => <Link {...props} to="/emails/templates" />}
        >
          {t('templates.title')}
        </Button>
      </PageHeader>
      {server.data && !server.data.configured.smtp && (
        <Alert color="yellow" mb={16}>
          {t('letter.off')}
        </Alert>
      )}
      <div className={classes.tabs}>
        <SegmentedControl
          aria-label={t('emails.folders')}
          data={folderNames.map((value) => ({ value, label: t(`emails.folder.${value}`) }))}
          value={folder}
          onChange={(next) => show({ folder: next as Folder })}
        />
      </div>
      <RecordList
        caption={t(`emails.folder.${folder}`)}
        query={emails}
        columns={columns}
        rowKey={({ id }) => id}
        empty={<Blank icon={IconMail} title={t(`emails.empty.${folder}`)} text={t('emails.empty.text')} />}
      />
      <LetterDialog id={open ?? null} onClose={() => show({ folder })} />
    </>
  );
}
