import { randomUUID } from 'node:crypto';
import type { Lock } from '../ledger/lock.ts';
import { createNotify, type Delivery, type NotifyEvent, subscriptions } from '../notify/index.ts';
import { createRedactor } from '../secrets/redactor.ts';
import type { Attempt } from './attempt.ts';
import { changesSince } from './git.ts';
import type { Outcome } from './outcome.ts';
import type { Reporter } from './reporter.ts';
import type { Session } from './session.ts';

/** Tells the team about one attempt. Nothing in here fails: who could not be told is reported, and the deploy goes on. */
export interface Announcer {
  /** Does not hold the deploy up; {@link Announcer.ended} waits for it. */
  started(): void;
  ended(outcome: Outcome): Promise<readonly Delivery[]>;
}

/** What an event says beyond where, when and by whom. */
type News = Pick<NotifyEvent, 'kind' | 'version'> & Partial<NotifyEvent>;

/** Tells of the attempt's start and end to whoever the environment's `notify` names. */
export function announcer(session: Session, attempt: Attempt, reporter: Reporter): Announcer {
  const { version, commit } = attempt.release;
  const { reason } = attempt.options;
  const facts = async () => {
    const { releases } = await session.ledger.history();
    const from = releases.find((each) => each.version === attempt.previous)?.commit ?? null;
    const subjects = (await changesSince(session.root, from, commit)).map((line) =>
      line.replace(/^\S+ /, ''),
    );
    return {
      version,
      ...(commit && { commits: { from, to: commit, subjects } }),
      ...(reason !== undefined && { reason }),
    };
  };
  let start: Promise<unknown> = Promise.resolve();

  return {
    started() {
      start = tell(session, reporter, async () => ({ kind: 'started', ...(await facts()) }));
    },
    async ended(outcome) {
      await start;
      return tell(session, reporter, async () => ({
        ...(await facts()),
        ...(await endOf(session, outcome)),
      }));
    },
  };
}

/** Tells that a change was refused because someone else holds the lock. */
export async function announceLockedOut(session: Session, holder: Lock): Promise<void> {
  await tell(session, null, async () => ({
    kind: 'locked-out',
    version: null,
    detail: `${holder.by.user}@${holder.by.host} has the lock: ${holder.reason}`,
  }));
}

/** Sends what `news` says, and reports whom it did not reach. Nothing is gathered where nobody wants to know. */
async function tell(
  session: Session,
  reporter: Reporter | null,
  news: () => Promise<News>,
): Promise<readonly Delivery[]> {
  const { environment, secretValues, vault, project, name, by } = session;
  if (environment.notify.length === 0) return [];
  let said: News;
  try {
    said = await news();
  } catch (error) {
    reporter?.note(`Nobody was told: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
  const secrets = Object.fromEntries(
    secretNames(session).flatMap((each) => {
      const value = vault.get(each);
      return value === undefined ? [] : [[each, value]];
    }),
  );
  const notify = createNotify(subscriptions(environment.notify, secrets), {
    redactor: createRedactor({ ...secretValues, ...secrets }),
  });
  const event: NotifyEvent = {
    id: `evt_${randomUUID()}`,
    at: new Date().toISOString(),
    project: project.project,
    environment: name,
    who: `${by.user}@${by.host}`,
    links: [],
    ...said,
  };
  const deliveries = await notify(event);
  for (const { notifier, delivered, problem } of deliveries) {
    if (!delivered) reporter?.note(`${notifier} was not told: ${problem}`);
  }
  return deliveries;
}

/** Names of the secrets that the environment's notifiers refer to. */
const secretNames = ({ environment }: Session): string[] =>
  environment.notify.flatMap((each) =>
    Object.values(each).flatMap((value) =>
      typeof value === 'object' && 'kind' in value && value.kind === 'secret' ? [value.name] : [],
    ),
  );

async function endOf(session: Session, outcome: Outcome): Promise<News> {
  const { verdict, version, previous, seconds, failure, evidence, interrupted } = outcome;
  const words = { live: 'live', failed: 'failed', 'rolled back': 'rolled-back', unknown: 'unknown' } as const;
  const { urls } = await session.target.inspect().catch(() => ({ urls: {} }));
  const reason = failure?.error instanceof Error ? failure.error.message : String(failure?.error);
  return {
    kind: interrupted && verdict === 'failed' ? 'aborted' : words[verdict],
    version,
    seconds,
    ...(verdict !== 'live' && { serving: verdict === 'unknown' ? null : previous }),
    ...(failure && { detail: `${failure.step}: ${reason}` }),
    evidence: evidence.flatMap(({ service, lines }) => lines.map((line) => `${service} | ${line}`)),
    links: Object.entries(urls).map(([title, url]) => ({ title, url })),
  };
}
