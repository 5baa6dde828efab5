import { lastLive, releaseList, releaseOf } from '../ledger/history.ts';
import type { Observed, State } from '../targets/target.ts';
import { interruptedDeploy } from './journal.ts';
import type { Session } from './session.ts';

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
  | 'never deployed';

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
}

/** What is true of an environment now: observed on the target, explained by the ledger. */
export async function statusOf(session: Session): Promise<Status> {
  const [observed, history, holder, interrupted] = await Promise.all([
    session.target.inspect(),
    session.ledger.history(),
    session.ledger.holder(),
    interruptedDeploy(session.folders.journal),
  ]);
  const { live } = observed;
  const listed = releaseList(history, live).find(({ release }) => release.version === live);
  const state = holder
    ? 'deploying'
    : interrupted
      ? 'interrupted'
      : stateOf(observed, history.stopped, lastLive(history));
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
    urls: links(session, observed),
  };
}

function stateOf(
  { live, services, stores }: Observed,
  stopped: boolean,
  expected: string | null,
): EnvironmentState {
  if (live === null) return expected === null ? 'never deployed' : stopped ? 'stopped' : 'down';
  const all = [...services, ...stores];
  const whole = services.every(({ replicas }) => replicas.ready >= replicas.wanted);
  return whole && all.every(({ state }) => state === 'live') ? 'live' : 'degraded';
}

/** The addresses worth knowing, as they are now. */
export const linksOf = async (session: Session): Promise<Record<string, string>> =>
  links(session, await session.target.inspect());

function links({ project }: Session, { urls }: Observed): Record<string, string> {
  const named = Object.entries(project.links);
  if (named.length === 0) return { ...urls };
  return Object.fromEntries(
    named.flatMap(([name, { service, path }]) => {
      const base = urls[service];
      return base === undefined ? [] : [[name, path === '/' ? base : base + path]];
    }),
  );
}
