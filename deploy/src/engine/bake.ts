import { setTimeout as delay } from 'node:timers/promises';
import { ConductorError, exitCode } from '../errors.ts';
import type { Observed } from '../targets/target.ts';
import type { VersionStats } from './probe/measure.ts';
import type { Probe } from './probe/probe.ts';
import type { Reporter } from './reporter.ts';

/** What is bad enough to take a release back. */
export interface Bounds {
  /** Share of failed answers above that of the release before. */
  readonly errors: number;
  /** p95 in multiples of that of the release before. */
  readonly slower: number;
  /** Restarts of a service. */
  readonly restarts: number;
}

interface BakeOptions {
  readonly seconds: number;
  readonly version: string;
  readonly previous: string | null;
  readonly bounds: Bounds;
  readonly probe: Probe | undefined;
  readonly inspect: () => Promise<Observed>;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

/** Answers needed before a share or a p95 says anything. */
const enough = 20;
/** p95 below this is never slow, whatever it was before: small numbers vary by multiples. */
const quickMs = 50;
/** Seconds of answers that are judged together: long enough to average out, short enough to notice within the promise. */
const windowSeconds = 10;

/**
 * Watches a release that is live, second by second.
 * @throws {ConductorError} `bake.bounds` as soon as it is worse than the bounds, with what was measured.
 */
export async function bake(options: BakeOptions): Promise<void> {
  const { seconds, version, previous, bounds, probe, inspect, reporter, signal } = options;
  const first = await probe?.take();
  const baseline = (previous !== null && first?.[previous]) || undefined;
  const before = restartsOf(await inspect());
  const recent: VersionStats[] = [];
  for (let second = 1; second <= seconds; second++) {
    await delay(1000, undefined, { signal });
    const taken = await probe?.take();
    if (taken) recent.push(together([taken[version], taken['']]));
    if (recent.length > windowSeconds) recent.shift();
    const now = together(recent);
    const worse = [
      ...worseAnswers(now, baseline, bounds),
      ...worseServices(await inspect(), before, version, bounds),
    ];
    if (worse.length > 0) {
      throw new ConductorError({
        code: 'bake.bounds',
        message: `${version} turned bad ${second} s after it was seen live:\n${worse.join('\n')}`,
        exit: exitCode.rolledBack,
      });
    }
    reporter.progress(null, `${second} of ${seconds} s, ${describe(now)}`);
  }
}

/** Adds up several counts; the p95 is the middle one of those of the seconds, so one slow second alone is no verdict. */
export function together(all: readonly (VersionStats | undefined)[]): VersionStats {
  const known = all.filter((each) => each !== undefined);
  const times = known.flatMap(({ p95 }) => p95 ?? []).sort((a, b) => a - b);
  const sum = (key: 'answers' | 'errors') => known.reduce((total, each) => total + each[key], 0);
  return { answers: sum('answers'), errors: sum('errors'), p95: times[Math.floor(times.length / 2)] ?? null };
}

/** What the answers say against a release, compared with the one before; nothing while they are too few. */
export function worseAnswers(now: VersionStats, before: VersionStats | undefined, bounds: Bounds): string[] {
  if (now.answers < enough) return [];
  const worse: string[] = [];
  const share = now.errors / now.answers;
  const usual = before && before.answers >= enough ? before.errors / before.answers : 0;
  if (share > usual + bounds.errors) {
    worse.push(
      `${percent(share)} of its answers fail (before: ${percent(usual)}, bound: ${percent(usual + bounds.errors)})`,
    );
  }
  const limit = Math.max(quickMs, (before?.p95 ?? Number.POSITIVE_INFINITY) * bounds.slower);
  if (now.p95 !== null && now.p95 > limit) {
    worse.push(
      `its p95 is ${Math.round(now.p95)} ms (before: ${Math.round(before?.p95 ?? 0)} ms, bound: ${Math.round(limit)} ms)`,
    );
  }
  return worse;
}

/** What the services say: restarted too often, or no longer up. */
export function worseServices(
  now: Observed,
  before: ReadonlyMap<string, number>,
  version: string,
  bounds: Bounds,
): string[] {
  return now.services.flatMap((service) => {
    const restarts = service.restarts - (before.get(service.name) ?? 0);
    if (restarts > bounds.restarts)
      return [`${service.name} restarted ${restarts} times (bound: ${bounds.restarts})`];
    if (service.version !== version) return [`${service.name} runs ${service.version ?? 'nothing'}`];
    return service.state === 'failed' ? [`${service.name} has failed`] : [];
  });
}

const restartsOf = (observed: Observed) =>
  new Map(observed.services.map(({ name, restarts }) => [name, restarts]));
const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
const describe = ({ answers, errors, p95 }: VersionStats) =>
  answers === 0
    ? 'not asked'
    : `${answers - errors} of ${answers} answers good, p95 ${Math.round(p95 ?? 0)} ms`;
