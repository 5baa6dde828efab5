import { ActionIcon, Button, Drawer, Skeleton } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import {
  type Icon,
  IconAlarm,
  IconAlertTriangle,
  IconAt,
  IconBell,
  IconCheck,
  IconClick,
  IconClockExclamation,
  IconFlame,
  IconHourglass,
  IconMailOff,
  IconPlugConnectedX,
  IconTrophy,
  IconUserCheck,
} from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { MouseEvent } from 'react';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { Blank } from '../ui/blank.tsx';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import classes from './notice-inbox.module.css';
import { byDay, dayOf, noticePlace, noticeText } from './notice-text.ts';
import { type Notice, type NoticeKind, noticesQuery, useRead } from './notices-query.ts';

const icons: Record<NoticeKind, Icon> = {
  lead_assigned: IconUserCheck,
  deal_assigned: IconUserCheck,
  hot_lead: IconFlame,
  task_due: IconAlarm,
  task_overdue: IconClockExclamation,
  mention: IconAt,
  email_clicked: IconClick,
  email_failed: IconMailOff,
  email_bounced: IconMailOff,
  deal_won: IconTrophy,
  deal_at_risk: IconAlertTriangle,
  deal_idle: IconHourglass,
  ai_failing: IconPlugConnectedX,
  mail_failing: IconPlugConnectedX,
};
const dayMs = 86_400_000;

/** One's own notices by day, beside the screen or, on a phone, over it. */
export default function NoticeInbox({ opened, onClose }: { opened: boolean; onClose(): void }) {
  const { t } = useText();
  const phone = useMediaQuery('(max-width: 800px)');
  const notices = useInfiniteQuery(noticesQuery);
  const read = useRead();
  const list = notices.data?.pages.flatMap(({ data }) => data) ?? [];
  const unread = notices.data?.pages[0]?.unread ?? 0;
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position={phone ? 'bottom' : 'right'}
      size={phone ? '85%' : 420}
      title={t('notices.title')}
    >
      <div className={classes.tools}>
        <Button
          size="compact-sm"
          variant="subtle"
          disabled={unread === 0}
          loading={read.isPending && read.variables === 'all'}
          onClick={() => read.mutate('all')}
        >
          {t('notices.readAll')}
        </Button>
        <Button
          size="compact-sm"
          variant="subtle"
          renderRoot={(props) => <Link {...props} to="/settings/notifications" onClick={onClose} />}
        >
          {t('notices.choose')}
        </Button>
      </div>
      {notices.error && <ProblemPanel error={notices.error} onRetry={() => void notices.refetch()} />}
      {notices.isPending && <Skeleton height={220} />}
      {notices.isSuccess && list.length === 0 && (
        <Blank icon={IconBell} title={t('notices.empty')} text={t('notices.emptyText')} />
      )}
      {byDay(list).map(({ key, notices: ofDay }) => (
        <section key={key}>
          <h3 className={classes.day}>
            <DayName day={key} />
          </h3>
          <ul className={classes.list}>
            {ofDay.map((notice) => (
              <Row
                key={notice.id}
                notice={notice}
                onRead={() => read.mutate([notice.id])}
                onOpened={onClose}
              />
            ))}
          </ul>
        </section>
      ))}
      {notices.hasNextPage && (
        <Button
          variant="subtle"
          size="xs"
          mt={8}
          loading={notices.isFetchingNextPage}
          onClick={() => void notices.fetchNextPage()}
        >
          {t('action.loadMore')}
        </Button>
      )}
    </Drawer>
  );
}

function DayName({ day }: { day: string }) {
  const { t } = useText();
  const format = useFormat();
  if (day === dayOf(new Date())) return t('notices.today');
  return day === dayOf(new Date(Date.now() - dayMs)) ? t('notices.yesterday') : format.day(day);
}

interface RowProps {
  notice: Notice;
  onRead(): void;
  onOpened(): void;
}

function Row({ notice, onRead, onOpened }: RowProps) {
  const { t } = useText();
  const format = useFormat();
  const navigate = useNavigate();
  const KindIcon = icons[notice.kind];
  const place = noticePlace(notice);
  const isNew = notice.readAt === null;
  const text = noticeText(notice, t, format);
  const open = (event: MouseEvent) => {
    if (isNew) onRead();
    // In a new tab the inbox stays where it is.
    if (!place || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    onOpened();
    void navigate({ href: place });
  };
  return (
    <li className={classes.notice} data-new={isNew || undefined}>
      <span className={classes.icon}>
        <KindIcon size={17} stroke={1.7} aria-hidden />
      </span>
      <div className={classes.text}>
        {isNew && <span className="visually-hidden">{t('notices.new')}: </span>}
        {place ? (
          <a href={place} onClick={open}>
            {text}
          </a>
        ) : (
          text
        )}
        <time dateTime={notice.at} title={format.dateTime(notice.at)}>
          {format.time(notice.at)}
        </time>
      </div>
      {isNew && (
        <ActionIcon
          variant="subtle"
          color="gray"
          size={36}
          aria-label={`${t('notices.read')}: ${text}`}
          title={t('notices.read')}
          onClick={onRead}
        >
          <IconCheck size={17} stroke={1.7} aria-hidden />
        </ActionIcon>
      )}
    </li>
  );
}
