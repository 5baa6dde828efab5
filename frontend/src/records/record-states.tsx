import { Skeleton } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Problem } from '../api/problem.ts';
import { NotFoundScreen } from '../shell/not-found-screen.tsx';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import classes from './record-layout.module.css';

/** A record while it loads, when it is gone, when asking failed (with what we had still on screen), and as it is. */
export function RecordStates<Row>(props: { query: UseQueryResult<Row>; children(row: Row): ReactNode }) {
  const { data, error, refetch } = props.query;
  if (error instanceof Problem && (error.status === 404 || error.status === 422)) return <NotFoundScreen />;
  return (
    <>
      {error && <ProblemPanel error={error} onRetry={() => void refetch()} />}
      {data ? props.children(data) : !error && <RecordSkeleton />}
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
