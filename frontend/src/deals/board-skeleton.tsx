import { Skeleton } from '@mantine/core';
import classes from './board.module.css';

export function BoardSkeleton() {
  return (
    <div className={classes.board} aria-busy="true">
      {['first', 'second', 'third', 'fourth', 'fifth'].map((column) => (
        <div key={column} className={classes.column}>
          <Skeleton height={20} width={120} mb={14} />
          <Skeleton height={104} radius="lg" mb={8} />
          <Skeleton height={104} radius="lg" mb={8} />
        </div>
      ))}
    </div>
  );
}
