import { randomUUID } from 'node:crypto';
import type { EventKind, NotifyEvent } from '../notify/event.ts';
import type { Attempt } from './attempt.ts';
import type { Outcome } from './outcome.ts';
import type { Reporter } from './reporter.ts';
import type { Session } from './session.ts';

const kinds: Readonly<Record<Outcome['verdict'], EventKind>> = {
  live: 'live',
  failed: 'failed',
  'rolled back': 'rolled-back',
  unknown: 'unknown',
};

/** Tells the team that an attempt begins and how it ended. Who could not be told is reported, and changes nothing. */
export async function telling(
  session: Session,
  attempt: Attempt,
  reporter: Reporter,
  work: () => Promise<Outcome>,
): Promise<Outcome> {
  // The start is told while the work goes on: nobody waits for a slow notifier twice.
  const starting = tell(session, reporter, eventOf(session, attempt, 'started'));
  const outcome = await work();
  await starting;
  const { verdict, live, seconds, failure, evidence } = outcome;
  const reason = failure && (failure.error instanceof Error ? failure.error.message : String(failure.error));
  await tell(session, reporter, {
    ...eventOf(session, attempt, kinds[verdict]),
    seconds,
    serving: live,
    ...(failure && { detail: `${failure.step}: ${reason}` }),
    evidence: evidence.flatMap(({ service, lines }) => lines.map((line) => `${service} | ${line}`)),
  });
  return outcome;
}

/** Sends one event to the environment's notifiers; loads them only where there are any. */
export async function tell(session: Session, reporter: Reporter, event: NotifyEvent): Promise<void> {
  const { notify } = session.environment;
  if (notify.length === 0) return;
  const [{ createNotify, subscriptions }, { createRedactor }] = await Promise.all([
    import('../notify/notify.ts'),
    import('../secrets/redactor.ts'),
  ]);
  const send = createNotify(subscriptions(notify, session.vault.values), {
    redactor: createRedactor(session.secretValues),
  });
  for (const { notifier, delivered, problem } of await send(event)) {
    if (!delivered) reporter.note(`${notifier} could not be told: ${problem}`);
  }
}

function eventOf(session: Session, attempt: Attempt, kind: EventKind): NotifyEvent {
  const { release, record, options } = attempt;
  return {
    id: randomUUID(),
    kind,
    at: new Date().toISOString(),
    project: session.project.project,
    environment: session.name,
    version: release.version,
    ...(release.commit !== null && {
      commits: { from: null, to: release.commit, subjects: record?.changes ?? [] },
    }),
    who: `${session.by.user}@${session.by.host}`,
    ...(options.reason !== undefined && { reason: options.reason }),
    links: [],
  };
}
