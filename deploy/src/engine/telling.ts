import { randomUUID } from 'node:crypto';
import { isAddress } from '../config/secret-address.ts';
import { changesSince } from '../environment/git.ts';
import type { Reporter } from '../environment/reporter.ts';
import type { Session } from '../environment/session.ts';
import { type History, releaseOf } from '../ledger/history.ts';
import type { Lock } from '../ledger/lock.ts';
import type { EventKind, NotifyEvent } from '../model/event.ts';
import type { Observed } from '../model/observed.ts';
import type { Delivery } from '../notify/index.ts';
import { lookAfterwards } from './afterwards.ts';
import type { Attempt } from './attempt.ts';
import { type Outcome, observedAt } from './outcome.ts';

interface Attended {
  readonly reporter: Reporter;
  readonly interrupt: AbortSignal;
}

/** What an event says beyond where, when and by whom. */
type News = Pick<NotifyEvent, 'kind' | 'version'> & Partial<NotifyEvent>;

/** Tells the team that an attempt begins and how it ended, and looks at a live one afterwards. */
export async function telling(
  session: Session,
  attempt: Attempt,
  history: History,
  attended: Attended,
  work: () => Promise<Outcome>,
): Promise<Outcome> {
  const { release, previous, options } = attempt;
  const reason = options.reason === undefined ? {} : { reason: options.reason };
  const about = async () => ({ ...(await commitsOf(session, history, previous, release.commit)), ...reason });
  // The start is told while the work goes on: a slow notifier holds nothing up.
  const starting = tell(session, attended.reporter, async () => ({
    kind: 'started',
    version: release.version,
    ...(await about()),
  }));
  const outcome = await work();
  await starting;
  await tellEnd(session, outcome, attended, await about());
  return outcome;
}

/** Tells how an attempt ended, and asks the checks that belong after a live one. */
export async function tellEnd(
  session: Session,
  outcome: Outcome,
  { reporter, interrupt }: Attended,
  more: Partial<NotifyEvent> = {},
): Promise<void> {
  const deliveries = await tell(session, reporter, async () => ({
    ...endOf(outcome, await observedAt(session, outcome)),
    ...more,
  }));
  if (outcome.verdict === 'live') await lookAfterwards(session, outcome, { deliveries, reporter, interrupt });
}

/** Tells that a change was refused because someone else holds the lock. */
export async function tellLockedOut(session: Session, holder: Lock): Promise<void> {
  await tell(session, null, async () => ({
    kind: 'locked-out',
    version: null,
    detail: `${holder.by.user}@${holder.by.host} has the lock: ${holder.reason}`,
  }));
}

/** Sends what `news` says, and reports whom it did not reach; nothing in here fails a deploy. Nothing is gathered for nobody. */
async function tell(
  session: Session,
  reporter: Reporter | null,
  news: () => Promise<News>,
): Promise<readonly Delivery[]> {
  const { environment, redactor, project, name, by } = session;
  if (environment.notify.length === 0) return [];
  const { createNotify, subscriptions } = await import('../notify/notify.ts');
  let said: News;
  try {
    said = await news();
  } catch (error) {
    reporter?.note(`Nobody was told: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
  const notify = createNotify(subscriptions(environment.notify, await notifierSecrets(session)), {
    redactor,
  });
  const deliveries = await notify({
    id: `evt_${randomUUID()}`,
    at: new Date().toISOString(),
    project: project.project,
    environment: name,
    who: `${by.user}@${by.host}`,
    links: [],
    ...said,
  });
  for (const { notifier, delivered, problem } of deliveries) {
    if (!delivered) reporter?.note(`${notifier} could not be told: ${problem}`);
  }
  return deliveries;
}

/** The secrets that the environment's notifiers refer to, with their values. */
async function notifierSecrets({ environment, vault }: Session): Promise<Record<string, string>> {
  const names = environment.notify.flatMap((each) =>
    Object.values(each).flatMap((value) =>
      typeof value === 'object' && 'kind' in value && value.kind === 'secret' ? [value.name] : [],
    ),
  );
  await vault.elsewhere.read(names.filter(isAddress));
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = vault.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** The commits that the release adds to what was live; nothing where there is no git. */
async function commitsOf(
  session: Session,
  history: History,
  previous: string | null,
  commit: string | null,
): Promise<Pick<NotifyEvent, 'commits'>> {
  if (commit === null) return {};
  const from = (previous !== null && releaseOf(history, previous)?.commit) || null;
  const lines = await changesSince(session.root, from, commit);
  return { commits: { from, to: commit, subjects: lines.map((line) => line.replace(/^\S+ /, '')) } };
}

const kinds: Readonly<Record<Outcome['verdict'], EventKind>> = {
  live: 'live',
  failed: 'failed',
  'rolled back': 'rolled-back',
  unknown: 'unknown',
};

function endOf(outcome: Outcome, { urls }: Observed): News {
  const { verdict, version, live, seconds, failure, evidence, warnings, interrupted } = outcome;
  const reason = failure?.error instanceof Error ? failure.error.message : String(failure?.error);
  return {
    kind: interrupted && verdict === 'failed' ? 'aborted' : kinds[verdict],
    version,
    seconds,
    ...(verdict !== 'live' && { serving: live }),
    ...(failure && { detail: `${failure.step}: ${reason}` }),
    ...(!failure && warnings.length > 0 && { detail: warnings.join(' ') }),
    evidence: evidence.flatMap(({ service, lines }) => lines.map((line) => `${service} | ${line}`)),
    links: Object.entries(urls).map(([title, url]) => ({ title, url })),
  };
}
