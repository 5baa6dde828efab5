import type {
  EndedDeploy,
  Entry,
  MaintenanceSet,
  RanCommand,
  ReleaseRecord,
  StartedDeploy,
} from './record.ts';

export interface Deploy extends Omit<StartedDeploy, 'type'> {
  /** Undefined while it is under way, or after it was killed. */
  readonly end?: Omit<EndedDeploy, 'type' | 'deploy'>;
}

/** What an environment's ledger tells: its releases and deploys, oldest first. */
export interface History {
  readonly releases: readonly ReleaseRecord[];
  readonly deploys: readonly Deploy[];
  /** Stopped on purpose since the last deploy or start. */
  readonly stopped: boolean;
  /** Versions that served for an hour without a break, as far as the ledger tells. */
  readonly longServed: ReadonlySet<string>;
  /** What serves, and since when; null when nothing does. */
  readonly serving: { readonly version: string; readonly since: string } | null;
  /** When a person last brought a backup back to see that it can be; null when nobody has. */
  readonly drilledAt: string | null;
  /** The commands of services that were run, each when it was last. */
  readonly ran: readonly RanCommand[];
  /** Who keeps visitors out, as far as the ledger tells; null when nobody does. */
  readonly maintenance: MaintenanceSet | null;
}

/**
 * Folds the ledger's entries. An entry whose token is lower than one before it was written by a holder that had lost the lock:
 * it is void, so a holder that was frozen past its lease changes nothing by waking up.
 */
export function historyOf(entries: readonly Entry[]): History {
  const releases = new Map<string, ReleaseRecord>();
  const deploys = new Map<string, Deploy>();
  const longServed = new Set<string>();
  let serving: History['serving'] = null;
  let token = 0;
  let stopped = false;
  let drilledAt: string | null = null;
  const ran = new Map<string, RanCommand>();
  let maintenance = null as MaintenanceSet | null;
  const serves = (version: string | null, at: string) => {
    if (serving?.version === version) return;
    if (serving !== null && isLong(serving.since, Date.parse(at))) longServed.add(serving.version);
    serving = version === null ? null : { version, since: at };
  };
  for (const entry of entries) {
    if (entry.token < token) continue;
    token = entry.token;
    switch (entry.type) {
      case 'release':
        releases.set(entry.version, entry);
        break;
      case 'started':
        deploys.set(entry.deploy, entry);
        stopped = false;
        break;
      case 'ended': {
        const deploy = deploys.get(entry.deploy);
        if (deploy) deploys.set(entry.deploy, { ...deploy, end: entry });
        serves(entry.live, entry.at);
        break;
      }
      case 'stopped':
        serves(null, entry.at);
        stopped = true;
        break;
      case 'restarted':
        serves(lastEnd(deploys)?.live ?? null, entry.at);
        stopped = false;
        break;
      case 'drilled':
        drilledAt = entry.at;
        break;
      case 'ran':
        ran.set(`${entry.service} ${entry.command}`, entry);
        break;
      case 'maintenance':
        // Said again with other words, it began when it was said first.
        maintenance = entry.on ? { ...entry, at: maintenance?.at ?? entry.at } : null;
        break;
    }
  }
  return {
    releases: [...releases.values()],
    deploys: [...deploys.values()],
    stopped,
    longServed,
    serving,
    drilledAt,
    ran: [...ran.values()],
    maintenance,
  };
}

/** Milliseconds of service after which a release has proven itself, as one has that went through its bake. */
const long = 3_600_000;
const isLong = (since: string, now: number) => now - Date.parse(since) >= long;

const lastEnd = (deploys: ReadonlyMap<string, Deploy>) =>
  [...deploys.values()].findLast((deploy) => deploy.end)?.end;

export const releaseOf = (history: History, version: string): ReleaseRecord | undefined =>
  history.releases.find((release) => release.version === version);

/** The last version that the ledger knows to have become live; null when none has. */
export function lastLive(history: History): string | null {
  return history.deploys.findLast((deploy) => deploy.end)?.end?.live ?? null;
}

/** Whether the ledger knows of anything that was ever live. */
export const wasLive = (history: History): boolean =>
  history.deploys.some(({ end }) => end !== undefined && end.live !== null);

/** Where a rollback without a name goes to. */
export interface RollbackGoal {
  readonly version: string;
  /** It went through its bake, or served for an hour. */
  readonly stable: boolean;
}

/**
 * The version that a rollback without a name goes to: the newest release before `live` that was stable and that nobody went away from,
 * neither by itself (rolled back) nor by hand (rolled back from). Where none was stable, the newest of them that was live at all.
 * Undefined when there is none.
 */
export function rollbackGoal(
  history: History,
  live: string | null,
  now = Date.now(),
): RollbackGoal | undefined {
  const versions = history.releases.map(({ version }) => version);
  const at = live === null ? -1 : versions.indexOf(live);
  const left = leftBehind(history);
  const candidates = versions
    .slice(0, at === -1 ? versions.length : at)
    .filter((version) => version !== live && !left.has(version));
  const stable = candidates.findLast((version) => isStable(history, version, now));
  if (stable !== undefined) return { version: stable, stable: true };
  const was = new Set(
    history.deploys.flatMap(({ version, end }) => (end?.verdict === 'live' ? [version] : [])),
  );
  const last = candidates.findLast((version) => was.has(version));
  return last === undefined ? undefined : { version: last, stable: false };
}

/** It went through its bake, or served for an hour: being seen live once is not enough. */
export function isStable(
  { deploys, longServed, serving }: History,
  version: string,
  now = Date.now(),
): boolean {
  if (longServed.has(version)) return true;
  if (serving?.version === version && isLong(serving.since, now)) return true;
  return deploys.some((deploy) => deploy.version === version && deploy.end?.stable);
}

/** Versions that were rolled back, or rolled back from. */
function leftBehind({ deploys }: History): ReadonlySet<string> {
  const left = new Set<string>();
  for (const { kind, version, previous, end } of deploys) {
    if (end?.verdict === 'rolled back') left.add(version);
    // A rollback whose end nobody knows was meant to leave it, too.
    if (kind === 'rollback' && previous !== null && previous !== version && end?.verdict !== 'failed')
      left.add(previous);
  }
  return left;
}

/** What is known of one release's life, in the words of `releases`. */
export type ReleaseState =
  | 'live'
  /** It was live last, and nothing is: by `stop`, or by accident. */
  | 'stopped'
  | 'down'
  | 'superseded'
  | 'failed'
  | 'rolled back'
  | 'unknown'
  | 'interrupted';

/** Each release with its state and the moment when it last became live, newest first. */
export function releaseList(history: History, live: string | null) {
  return [...history.releases].reverse().map((release) => {
    const own = history.deploys.filter((deploy) => deploy.version === release.version);
    const became = own.findLast((deploy) => deploy.end?.verdict === 'live');
    return { release, deployedAt: became?.end?.at ?? null, state: stateNow(release.version, own) };
  });

  function stateNow(version: string, own: readonly Deploy[]): ReleaseState {
    if (live === null && version === lastLive(history)) return history.stopped ? 'stopped' : 'down';
    return stateOf(own, version === live);
  }
}

function stateOf(own: readonly Deploy[], live: boolean): ReleaseState {
  const last = own.at(-1);
  if (live) return 'live';
  if (own.some((deploy) => deploy.end?.verdict === 'live')) return 'superseded';
  if (!last?.end) return 'interrupted';
  return last.end.verdict;
}
