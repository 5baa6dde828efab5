import { Skeleton } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Problem } from '../api/problem.ts';
import { NotFoundScreen } from '../shell/not-found-screen.tsx';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import classes from './record-layout.module.css';

interface Props<Row> {
  query: UseQueryResult<Row>;
  /** Whether what stands on its screen beside it is there, too. */
  ready?: boolean;
  children(row: Row): ReactNode;
}

/** A record while it loads, when it is gone, when asking failed (with what we had still on screen), and as it is. */
export function RecordStates<Row>({ query, ready = true, children }: Props<Row>) {
  const { data, error, refetch } = query;
  if (error instanceof Problem && (error.status === 404 || error.status === 422)) return <NotFoundScreen />;
  return (
    <>
      {error && <ProblemPanel error={error} onRetry={() => void refetch()} />}
      {data && ready ? children(data) : !error && <RecordSkeleton />}
    </>
  );
}

function RecordSkeleton() {
  return (
    <div aria-busy="true">
      <Skeleton height={28} width={260} mb={28} />
      <div className={classes.columns}>
        <Skeleton height={420} />
        <Skeleton height={300} />
      </div>
    </div>
  );
}
