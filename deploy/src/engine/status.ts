import type { Session } from '../environment/session.ts';
import { ConductorError, exitCode } from '../errors.ts';
import { type Deploy, lastLive, releaseList, releaseOf, wasLive } from '../ledger/history.ts';
import type { Interrupted } from '../ledger/journal.ts';
import type { Lock } from '../ledger/lock.ts';
import type { Origin, Verdict } from '../ledger/record.ts';
import type { Observed, WarmRelease } from '../model/observed.ts';
import type { State } from '../model/state.ts';
import { type LastBackup, lastBackup } from './last-backup.ts';
import { type MaintenanceState, maintenanceOf } from './maintenance.ts';

/** How an environment is, in one word. */
export type EnvironmentState =
  | 'live'
  /** Serving, with something missing. */
  | 'degraded'
  /** A release should be serving, and none is. */
  | 'down'
  | 'stopped'
  | 'deploying'
  | 'interrupted'
  | 'never deployed'
  /** The place cannot be asked: what is said of it is the last that the ledger knows. */
  | 'unknown';

export interface Status {
  readonly environment: string;
  readonly state: EnvironmentState;
  readonly release: {
    readonly version: string;
    readonly commit: string | null;
    readonly deployedAt: string | null;
  } | null;
  readonly services: readonly {
    readonly name: string;
    readonly state: State;
    /** How many are ready. */
    readonly replicas: number;
    readonly version: string | null;
    readonly restarts: number;
  }[];
  readonly stores: readonly { readonly name: string; readonly kind: string; readonly state: State }[];
  readonly urls: Readonly<Record<string, string>>;
  /** What the place itself says about not being able to say more. */
  readonly trouble: string | null;
  /** False: the place could not be asked, so the release is the last one that is known to have served. */
  readonly seen: boolean;
  /** The command that has it serve again, where nothing does and there is one. */
  readonly next: string | null;
  /** The release before, where it is kept running to go back to at once. */
  readonly warm: WarmRelease | null;
  /** Visitors are kept out; null: they are served, or nobody can tell. */
  readonly maintenance: MaintenanceState | null;
  readonly underWay: UnderWay | null;
  readonly lastDeploy: LastDeploy | null;
  readonly backup: LastBackup | null;
}

/** What is being done to the environment, or was when it was killed. */
export interface UnderWay {
  /** `deploy of v20261124_002712`, or the reason that was given. */
  readonly what: string;
  readonly by: Origin;
  readonly since: string;
  /** The step that was begun last, where this machine's journal knows it. */
  readonly step: { readonly title: string; readonly since: string } | null;
  /** Nobody is doing it any more: `resume` or `abort` ends it. */
  readonly interrupted: boolean;
}

/** The newest deploy or rollback, as the ledger has it. */
export interface LastDeploy {
  readonly kind: 'deploy' | 'rollback';
  readonly version: string;
  readonly by: Origin;
  readonly startedAt: string;
  /** Null: it is under way, or its end was never written down. */
  readonly verdict: Verdict | null;
  readonly seconds: number | null;
  readonly detail: string | null;
}

/** What the target says; where it cannot be asked, that nobody knows, and why. Other errors are errors. */
export async function inspected({
  target,
}: Session): Promise<{ observed: Observed | null; trouble: string | null }> {
  try {
    return { observed: await target.inspect(), trouble: null };
  } catch (error) {
    if (!(error instanceof ConductorError) || error.exit !== exitCode.unknown) throw error;
    return { observed: null, trouble: error.message };
  }
}

const nothingSeen: Omit<Observed, 'live'> = { services: [], stores: [], domains: [], urls: {} };

/** What is true of an environment now: observed on the target, explained by the ledger. */
export async function statusOf(session: Session): Promise<Status> {
  // Side by side, so that the history and the lock are read in one look at the ledger.
  const [history, { observed: seen, trouble }, holder, backup] = await Promise.all([
    session.ledger.history(),
    inspected(session),
    session.ledger.holder(),
    lastBackup(session),
  ]);
  const interrupted = await session.journals.interrupted(history);
  const observed = seen ?? { ...nothingSeen, live: lastLive(history) };
  const { live } = observed;
  const listed = releaseList(history, live).find(({ release }) => release.version === live);
  const serving = seen === null ? 'unknown' : stateOf(observed, history.stopped, wasLive(history));
  const state = holder ? 'deploying' : interrupted ? 'interrupted' : serving;
  const startable = !holder && ['down', 'stopped'].includes(serving) && session.target.start !== undefined;
  return {
    environment: session.name,
    state,
    release:
      live === null
        ? null
        : {
            version: live,
            commit: releaseOf(history, live)?.commit ?? null,
            deployedAt: listed?.deployedAt ?? null,
          },
    services: observed.services.map(({ name, state, replicas, version, restarts }) => ({
      name,
      state,
      replicas: replicas.ready,
      version,
      restarts,
    })),
    stores: observed.stores.map(({ name, kind, state }) => ({ name, kind, state })),
    urls: linksOf(session, observed),
    trouble: trouble ?? observed.trouble ?? null,
    seen: seen !== null,
    next: startable ? `conductor start ${session.name}` : null,
    warm: observed.warm ?? null,
    maintenance: maintenanceOf(observed, history),
    underWay: underWay(holder, interrupted),
    lastDeploy: lastDeploy(history.deploys.at(-1)),
    backup,
  };
}

function underWay(holder: Lock | undefined, open: Interrupted | undefined): UnderWay | null {
  if (open) {
    const { kind, version, by, since, current } = open;
    const step = current ? { title: current.title, since: current.since } : null;
    return { what: `${kind} of ${version}`, by, since, step, interrupted: holder === undefined };
  }
  if (!holder) return null;
  const { reason, by, since } = holder;
  return { what: reason, by, since, step: null, interrupted: false };
}

function lastDeploy(deploy: Deploy | undefined): LastDeploy | null {
  if (!deploy) return null;
  const { kind, version, by, at, end } = deploy;
  return {
    kind,
    version,
    by,
    startedAt: at,
    verdict: end?.verdict ?? null,
    seconds: end?.seconds ?? null,
    detail: end?.detail ?? null,
  };
}

function stateOf({ live, services, stores }: Observed, stopped: boolean, wasLive: boolean): EnvironmentState {
  if (live === null) return !wasLive ? 'never deployed' : stopped ? 'stopped' : 'down';
  if (
    services.length > 0 &&
    services.every(({ state, replicas }) => state !== 'live' && replicas.ready === 0)
  )
    return 'down';
  const all = [...services, ...stores];
  const whole = services.every(({ replicas }) => replicas.ready >= replicas.wanted);
  return whole && all.every(({ state }) => state === 'live') ? 'live' : 'degraded';
}

/** The addresses worth knowing. */
export function linksOf({ project }: Session, { urls }: Pick<Observed, 'urls'>): Record<string, string> {
  const named = Object.entries(project.links);
  if (named.length === 0) return { ...urls };
  return Object.fromEntries(
    named.flatMap(([name, { service, path }]) => {
      const base = urls[service];
      return base === undefined ? [] : [[name, path === '/' ? base : base + path]];
    }),
  );
}
