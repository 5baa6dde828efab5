import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, type LinkProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Deal } from '../deals/deals-query.ts';
import { HealthMark } from '../deals/health-mark.tsx';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import type { LeadRow } from '../leads/lead.ts';
import { ScoreBadge } from '../leads/score-badge.tsx';
import { Card } from '../records/record-layout.tsx';
import { useMe } from '../session/use-me.ts';
import { TaskRow } from '../tasks/task-row.tsx';
import taskClasses from '../tasks/tasks.module.css';
import type { Task } from '../tasks/tasks-query.ts';
import { PageHeader } from '../ui/page-header.tsx';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { Reach } from '../ui/reach.tsx';
import { Figures } from './figures.tsx';
import { FirstSteps } from './first-steps.tsx';
import classes from './home.module.css';
import { homeQuery } from './home-query.ts';
import { useStepsShown } from './steps-shown.ts';

/** The first screen of the day: what is due, who is waiting, what is at risk or unplanned, and how it stands. */
export function HomeScreen() {
  const { t } = useText();
  const me = useMe();
  const steps = useStepsShown();
  const home = useQuery(homeQuery(me.timezone, steps.shown));
  const today = home.data?.today;
  const hour = new Date().getHours();
  const part = hour < 12 ? 'morning' : hour < 18 ? 'afternoon' : 'evening';
  return (
    <>
      <PageHeader title={t('home.title')} aside={t('home.hello', { part, name: me.name.split(' ')[0]! })} />
      {steps.shown && <FirstSteps steps={home.data?.firstSteps ?? undefined} onHide={steps.hide} />}
      {home.error && <ProblemPanel error={home.error} onRetry={() => void home.refetch()} />}
      <Figures month={home.data?.month} />
      <div className={classes.columns}>
        <Group
          title={t('home.tasks')}
          empty={t('home.tasks.empty')}
          all={{ to: '/tasks' }}
          pending={home.isPending}
        >
          {today && today.overdueTasks.total > 0 && (
            <Tasks title={t('tasks.due.overdue')} due="overdue" tasks={today.overdueTasks} />
          )}
          {today && today.todayTasks.total > 0 && (
            <Tasks title={t('tasks.due.today')} due="today" tasks={today.todayTasks} />
          )}
        </Group>
        <div className={classes.stack}>
          <Group
            title={t('home.hot')}
            total={today?.hotLeads.total}
            empty={t('home.hot.empty')}
            all={{ to: '/leads', search: { status: ['new'], sort: '-score.value' } }}
            pending={home.isPending}
          >
            {today?.hotLeads.data.map((lead) => (
              <HotLead key={lead.id} lead={lead} />
            ))}
          </Group>
          <Group
            title={t('home.atRisk')}
            total={today?.dealsAtRisk.total}
            empty={t('home.atRisk.empty')}
            all={{ to: '/pipeline' }}
            pending={home.isPending}
          >
            {today?.dealsAtRisk.data.map((deal) => (
              <DealRow key={deal.id} deal={deal} />
            ))}
          </Group>
          <Group
            title={t('home.noStep')}
            total={today?.dealsWithoutNextStep.total}
            empty={t('home.noStep.empty')}
            all={{ to: '/pipeline' }}
            pending={home.isPending}
          >
            {today?.dealsWithoutNextStep.data.map((deal) => (
              <DealRow key={deal.id} deal={deal} />
            ))}
          </Group>
        </div>
      </div>
    </>
  );
}

interface TasksProps {
  title: string;
  due: 'overdue' | 'today';
  tasks: { data: Task[]; total: number };
}

function Tasks({ title, due, tasks: { data, total } }: TasksProps) {
  const { t } = useText();
  return (
    <>
      <h3 className={taskClasses.group} data-due={due}>
        {title} <span>{total}</span>
      </h3>
      <ul className={taskClasses.list}>
        {data.map((task) => (
          <TaskRow key={task.id} task={task} />
        ))}
      </ul>
      {total > data.length && (
        <Link to="/tasks" className={classes.all}>
          {t('home.more', { count: total - data.length })}
        </Link>
      )}
    </>
  );
}

function HotLead({ lead }: { lead: LeadRow }) {
  return (
    <div className={classes.row}>
      <Link to="/leads/$leadId" params={{ leadId: lead.id }}>
        {lead.name}
        <small>{lead.companyName}</small>
      </Link>
      <Reach phone={lead.phone} />
      <ScoreBadge lead={lead} />
    </div>
  );
}

function DealRow({ deal }: { deal: Deal }) {
  const format = useFormat();
  return (
    <div className={classes.row}>
      <Link to="/deals/$dealId" params={{ dealId: deal.id }}>
        {deal.title}
      </Link>
      <span className="tabular">{format.moneyShort(deal)}</span>
      <HealthMark health={deal.health} />
    </div>
  );
}

interface GroupProps {
  title: string;
  empty: string;
  /** How many there are, also those that are not listed. */
  total?: number;
  all: Pick<LinkProps, 'to' | 'search'>;
  pending: boolean;
  children: ReactNode;
}

function Group({ title, total, empty, all, pending, children }: GroupProps) {
  const { t } = useText();
  const filled = Array.isArray(children) ? children.some(Boolean) : Boolean(children);
  return (
    <Card
      title={title}
      aside={
        <Link {...all} className={classes.all}>
          {total ? t('home.allOf', { count: total }) : t('home.all')}
          <span className="visually-hidden">: {title}</span>
        </Link>
      }
    >
      {pending && <Skeleton height={120} />}
      {!pending && !filled && <p className={classes.empty}>{empty}</p>}
      {children}
    </Card>
  );
}
