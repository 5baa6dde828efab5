import { Skeleton } from '@mantine/core';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { ScoreBadge } from '../leads/score-badge.tsx';
import { Card } from '../records/record-layout.tsx';
import { useMe } from '../session/use-me.ts';
import { TaskRow } from '../tasks/task-row.tsx';
import taskClasses from '../tasks/tasks.module.css';
import { PageHeader } from '../ui/page-header.tsx';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { totalOf } from '../ui/total.ts';
import classes from './home.module.css';
import { dealsWithoutStep, dueTasks, hotLeads, newLeads, openPipeline, wonThisMonth } from './home-query.ts';

/** The first screen of the day: what is due, who is waiting, what nobody planned, and how it stands. */
export function HomeScreen() {
  const { t } = useText();
  const format = useFormat();
  const me = useMe();
  const hour = new Date().getHours();
  const part = hour < 12 ? 'morning' : hour < 18 ? 'afternoon' : 'evening';
  return (
    <>
      <PageHeader title={t('home.title')} aside={t('home.hello', { part, name: me.name.split(' ')[0]! })} />
      <Figures />
      <div className={classes.columns}>
        <Group
          title={t('home.tasks')}
          empty={t('home.tasks.empty')}
          all="/tasks"
          query={useQuery(dueTasks())}
          render={(tasks) => (
            <ul className={taskClasses.list}>
              {tasks.map((task) => (
                <TaskRow key={task.id} task={task} />
              ))}
            </ul>
          )}
        />
        <div className={classes.stack}>
          <Group
            title={t('home.hot')}
            empty={t('home.hot.empty')}
            all="/leads"
            query={useQuery(hotLeads)}
            render={(leads) => (
              <ul className={classes.list}>
                {leads.map((lead) => (
                  <li key={lead.id}>
                    <Link to="/leads/$leadId" params={{ leadId: lead.id }}>
                      {lead.name}
                      <small>{lead.companyName}</small>
                    </Link>
                    <ScoreBadge score={lead.score} />
                  </li>
                ))}
              </ul>
            )}
          />
          <Group
            title={t('home.noStep')}
            empty={t('home.noStep.empty')}
            all="/pipeline"
            query={useQuery(dealsWithoutStep)}
            render={(deals) => (
              <ul className={classes.list}>
                {deals.map((deal) => (
                  <li key={deal.id}>
                    <Link to="/deals/$dealId" params={{ dealId: deal.id }}>
                      {deal.title}
                    </Link>
                    <span className="tabular">{format.moneyShort(deal.amountCents, deal.currency)}</span>
                  </li>
                ))}
              </ul>
            )}
          />
        </div>
      </div>
    </>
  );
}

function Figures() {
  const { t } = useText();
  const format = useFormat();
  const pipeline = useQuery(openPipeline);
  const leads = useQuery(newLeads());
  const won = useQuery(wonThisMonth());
  const figures = [
    ['home.figure.pipeline', pipeline.data && format.moneyShort(pipeline.data.sumCents)],
    ['home.figure.weighted', pipeline.data && format.moneyShort(pipeline.data.weightedCents)],
    ['home.figure.newLeads', leads.data && format.number(totalOf([leads.data])!.count)],
    ['home.figure.won', won.data && format.number(totalOf([won.data])!.count)],
  ] as const;
  return (
    <dl className={classes.figures}>
      {figures.map(([label, value]) => (
        <div key={label}>
          <dt>{t(label)}</dt>
          <dd>{value ?? '—'}</dd>
        </div>
      ))}
    </dl>
  );
}

interface GroupProps<Row> {
  title: string;
  empty: string;
  all: '/tasks' | '/leads' | '/pipeline';
  query: UseQueryResult<{ data: Row[] }>;
  render(rows: Row[]): ReactNode;
}

function Group<Row>({ title, empty, all, query, render }: GroupProps<Row>) {
  const { t } = useText();
  const rows = query.data?.data ?? [];
  return (
    <Card
      title={title}
      aside={
        <Link to={all} className={classes.all} aria-label={`${t('home.all')}: ${title}`}>
          {t('home.all')}
        </Link>
      }
    >
      {query.error && <ProblemPanel error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton height={120} />}
      {query.isSuccess && rows.length === 0 && <p className={classes.empty}>{empty}</p>}
      {rows.length > 0 && render(rows)}
    </Card>
  );
}
