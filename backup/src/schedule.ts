/**
 * The last instant, not after `now`, at which a daily backup was due: `hour` o'clock UTC. A backup that began since then is
 * today's; when there is none, one is due, however long the scheduler was away.
 */
export function lastDue(now: Date, hour = 3): Date {
  const due = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate(), hour));
  if (due.getTime() > now.getTime()) due.setUTCDate(due.getUTCDate() - 1);
  return due;
}
