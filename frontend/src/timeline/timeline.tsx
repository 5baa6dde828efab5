import { Button, Chip, Group, Skeleton } from '@mantine/core';
import {
  type Icon,
  IconArrowsExchange,
  IconBrandWhatsapp,
  IconCalendarEvent,
  IconChecks,
  IconCirclePlus,
  IconMail,
  IconNote,
  IconPaperclip,
  IconPhone,
  IconSparkles,
  IconUserCheck,
} from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { LetterState } from '../emails/letter-state.tsx';
import type { MessageKey } from '../i18n/catalog.ts';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { Card } from '../records/record-layout.tsx';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { useUsers } from '../users/users-query.ts';
import { EntryDetail } from './entry-detail.tsx';
import { htmlText } from './html.ts';
import classes from './timeline.module.css';
import { type Activity, type ActivityKind, type RecordLink, timelineQuery } from './timeline-query.ts';
import { TimelineSummary } from './timeline-summary.tsx';

const icons: Record<ActivityKind, Icon> = {
  note: IconNote,
  call: IconPhone,
  meeting: IconCalendarEvent,
  whatsapp: IconBrandWhatsapp,
  email: IconMail,
  task_done: IconChecks,
  stage_change: IconArrowsExchange,
  status_change: IconArrowsExchange,
  created: IconCirclePlus,
  converted: IconArrowsExchange,
  assigned: IconUserCheck,
  ai: IconSparkles,
  file: IconPaperclip,
};
const filters: { name: 'all' | 'notes' | 'talks' | 'changes'; kinds: ActivityKind[] }[] = [
  { name: 'all', kinds: [] },
  { name: 'notes', kinds: ['note'] },
  { name: 'talks', kinds: ['call', 'meeting', 'whatsapp', 'email'] },
  {
    name: 'changes',
    kinds: ['stage_change', 'status_change', 'created', 'converted', 'assigned', 'task_done', 'file'],
  },
];

/** What happened with a record, newest first, with the exact moment on each entry. */
export function Timeline({ link }: { link: RecordLink }) {
  const { t } = useText();
  const [filter, setFilter] = useState(filters[0]!);
  const timeline = useInfiniteQuery(timelineQuery(link, filter.kinds));
  const entries = timeline.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <Card
      title={t('timeline.title')}
      aside={
        <Group gap={4}>
          {filters.map((one) => (
            <Chip key={one.name} size="xs" checked={one === filter} onChange={() => setFilter(one)}>
              {t(`timeline.filter.${one.name}`)}
            </Chip>
          ))}
        </Group>
      }
    >
      {entries.length > 1 && <TimelineSummary link={link} />}
      {timeline.error && <ProblemPanel error={timeline.error} onRetry={() => void timeline.refetch()} />}
      {timeline.isPending && <Skeleton height={160} />}
      {timeline.isSuccess && entries.length === 0 && <p className={classes.empty}>{t('timeline.empty')}</p>}
      <ol className={classes.list}>
        {entries.map((activity) => (
          <Entry key={activity.id} activity={activity} />
        ))}
      </ol>
      {timeline.hasNextPage && (
        <Button
          variant="subtle"
          size="xs"
          loading={timeline.isFetchingNextPage}
          onClick={() => void timeline.fetchNextPage()}
        >
          {t('action.loadMore')}
        </Button>
      )}
    </Card>
  );
}

/** What an entry says that somebody did; letters say more than that there is one. */
function saysOf({ kind, direction, meta }: Activity): MessageKey {
  if (kind !== 'email' || !meta.emailId) return `timeline.kind.${kind}`;
  if (direction === 'in') return 'timeline.email.replied';
  return meta.status === 'sent' ? 'timeline.kind.email' : 'timeline.email.wrote';
}

/** A letter on the timeline: its subject, which opens it for whoever may read it, and what became of it. */
function LetterLine({ activity: { meta, direction } }: { activity: Activity }) {
  const { t } = useText();
  const { emailId, subject, files, status, error, openCountEst, clickCount, repliedAt } = meta;
  if (typeof emailId !== 'string') return null;
  return (
    <div className={classes.letter}>
      <Link to="/emails" search={{ open: emailId }}>
        {subject}
      </Link>
      {files && (
        <span className={classes.files}>
          <IconPaperclip size={14} stroke={1.7} aria-label={t('letter.files')} /> {files}
        </span>
      )}
      {direction !== 'in' && (
        <LetterState
          status={String(status)}
          errorCode={error as string | null}
          openCountEst={Number(openCountEst)}
          clickCount={Number(clickCount)}
          repliedAt={repliedAt as string | null}
        />
      )}
    </div>
  );
}

function Entry({ activity }: { activity: Activity }) {
  const { t } = useText();
  const format = useFormat();
  const { nameOf } = useUsers();
  const KindIcon = icons[activity.kind];
  return (
    <li className={classes.entry} data-kind={activity.kind}>
      <span className={classes.icon}>
        <KindIcon size={16} stroke={1.7} aria-hidden />
      </span>
      <div>
        <p className={classes.head}>
          <strong>{activity.actorName}</strong> {t(saysOf(activity))}
          <time dateTime={activity.occurredAt} title={format.ago(activity.occurredAt)}>
            {format.dateTime(activity.occurredAt)}
          </time>
        </p>
        {activity.kind === 'email' && <LetterLine activity={activity} />}
        {activity.body && <p className={classes.body}>{htmlText(activity.body)}</p>}
        <EntryDetail activity={activity} />
        {activity.mentions.length > 0 && (
          <p className={classes.mentioned}>
            {t('timeline.mentions', { names: activity.mentions.map(nameOf).join(', ') })}
          </p>
        )}
      </div>
    </li>
  );
}
