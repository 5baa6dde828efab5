import type { ObservedService } from '../../model/observed.ts';

/** What is bad enough to roll a release back. */
export interface Bounds {
  /** Share of 5xx answers above that of the release before. */
  readonly errors: number;
  /** p95 in multiples of that of the release before. */
  readonly slower: number;
  /** Milliseconds below which a p95 is never slow. */
  readonly slow: number;
  /** Restarts of a service. */
  readonly restarts: number;
  /** Lines of level error in a minute above those of the release before. */
  readonly errorLines: number;
  /** Share of failed tries of jobs above that of the release before. */
  readonly failedJobs: number;
  /** Answers without which neither a share nor a p95 says anything. */
  readonly answers: number;
}

/** What one source has seen of a release in a while. Times in milliseconds; null where nothing was answered. */
export interface Seen {
  readonly answers: number;
  readonly errors: number;
  readonly p95: number | null;
  readonly jobs: number;
  readonly failedJobs: number;
  readonly errorLines: number;
}

/** By who saw it: `the public address`, `the metrics of backend`, `the log of worker`. */
export interface Sight {
  readonly service: string | null;
  readonly seen: Seen;
}
export type Sights = ReadonlyMap<string, Sight>;

/** One look at a release that is being watched: what has happened since the look before, and how its services are. */
export interface Look {
  /** Seconds since the watch began. */
  readonly at: number;
  readonly sights: Sights;
  /** Null when the place could not be asked. */
  readonly services: readonly Pick<ObservedService, 'name' | 'state' | 'version' | 'restarts'>[] | null;
}

/** How the release before was, and how often each service had been restarted when the watch began. */
export interface Baseline {
  /** Error lines are those of its last minute. */
  readonly sights: Sights;
  readonly restarts: ReadonlyMap<string, number>;
}

/** A bound that was crossed. */
export interface Breach {
  readonly bound: keyof Bounds | 'version' | 'state';
  /** The service that it is about; null when it is about the public address. */
  readonly service: string | null;
  /** One sentence: who saw what, how it was before, and the bound. */
  readonly evidence: string;
}

/** Seconds of answers that are judged together: long enough to average out, short enough to notice in time. */
const window = 10;
/** Seconds that a p95 must be watched for: a release that has just started is slow for a moment. */
const warm = 5;
/** Seconds of jobs and log lines that are judged together: they are few. */
export const minute = 60;
/** Failed answers, and failed jobs, below which there is no verdict: a single one is an accident. */
const few = { errors: 3, jobs: 5 };
/** Seconds without a replica that is up after which a service is down; one slow answer to a health check is not that. */
const down = 3;

/** What is worse than the bounds now, by all looks of the last minute, oldest first. Nothing while too little was seen. */
export function judge(looks: readonly Look[], baseline: Baseline, bounds: Bounds, version: string): Breach[] {
  const now = looks.at(-1);
  if (!now) return [];
  const within = (seconds: number) => looks.filter(({ at }) => at > now.at - seconds);
  return [
    ...services(looks, baseline, bounds, version),
    ...sources(looks).flatMap((source) => {
      const service = serviceOf(looks, source);
      const before = baseline.sights.get(source)?.seen;
      const answered = seenBy(source, within(window));
      const recent = seenBy(source, within(minute));
      return [
        errors(source, answered, before, bounds),
        p95(source, answered, looks, before, bounds),
        failedJobs(source, recent, before, bounds),
        errorLines(source, recent, before, bounds),
      ].flatMap((breach) => (breach ? [{ ...breach, service }] : []));
    }),
  ];
}

type Found = Omit<Breach, 'service'> | undefined;

function errors(source: string, seen: readonly Seen[], before: Seen | undefined, bounds: Bounds): Found {
  const answers = total(seen, 'answers');
  const failed = total(seen, 'errors');
  const usual = before && before.answers >= bounds.answers ? before.errors / before.answers : 0;
  const limit = usual + bounds.errors;
  if (answers < bounds.answers || failed < few.errors || failed / answers <= limit) return undefined;
  return {
    bound: 'errors',
    evidence: `${source}: ${percent(failed / answers)} of ${answers} answers failed (before: ${percent(usual)}, bound: ${percent(limit)})`,
  };
}

/** The middle one of the looks' p95s counts, so that one slow second alone is no verdict. */
function p95(
  source: string,
  seen: readonly Seen[],
  looks: readonly Look[],
  before: Seen | undefined,
  bounds: Bounds,
): Found {
  if (before?.p95 == null || before.answers < bounds.answers) return undefined;
  if (total(seen, 'answers') < bounds.answers || looks.at(-1)!.at < warm) return undefined;
  const times = seen.flatMap((each) => each.p95 ?? []).sort((a, b) => a - b);
  const middle = times[Math.floor((times.length - 1) / 2)] ?? 0;
  const limit = Math.max(bounds.slow, before.p95 * bounds.slower);
  if (middle <= limit) return undefined;
  return {
    bound: 'slower',
    evidence: `${source}: p95 is ${ms(middle)} (before: ${ms(before.p95)}, bound: ${ms(limit)})`,
  };
}

function failedJobs(source: string, seen: readonly Seen[], before: Seen | undefined, bounds: Bounds): Found {
  const jobs = total(seen, 'jobs');
  const failed = total(seen, 'failedJobs');
  const usual = before && before.jobs >= few.jobs ? before.failedJobs / before.jobs : 0;
  const limit = usual + bounds.failedJobs;
  if (failed < few.jobs || failed / jobs <= limit) return undefined;
  return {
    bound: 'failedJobs',
    evidence: `${source}: ${percent(failed / jobs)} of ${jobs} tries of jobs failed (before: ${percent(usual)}, bound: ${percent(limit)})`,
  };
}

function errorLines(source: string, seen: readonly Seen[], before: Seen | undefined, bounds: Bounds): Found {
  const lines = total(seen, 'errorLines');
  const usual = before?.errorLines ?? 0;
  const limit = usual + bounds.errorLines;
  if (lines <= limit) return undefined;
  return {
    bound: 'errorLines',
    evidence: `${source}: ${lines} lines of level error within a minute (before: ${usual}, bound: ${limit})`,
  };
}

/** What the place says of the services: restarted too often, gone, or not the new release any more. */
function services(looks: readonly Look[], { restarts }: Baseline, bounds: Bounds, version: string): Breach[] {
  const known = looks.filter((look) => look.services !== null);
  const now = known.at(-1);
  return (now?.services ?? []).flatMap((service): Breach[] => {
    const { name } = service;
    const again = service.restarts - (restarts.get(name) ?? 0);
    if (again >= bounds.restarts) {
      const evidence = `${name} restarted ${again} times (bound: ${bounds.restarts})`;
      return [{ bound: 'restarts', service: name, evidence }];
    }
    if (service.version !== null && service.version !== version) {
      return [{ bound: 'version', service: name, evidence: `${name} runs ${service.version}` }];
    }
    const lastUp = known.findLast((look) =>
      look.services!.some((each) => each.name === name && each.state !== 'failed'),
    );
    const since = now!.at - (lastUp?.at ?? 0);
    if (service.state !== 'failed' || since < down) return [];
    const evidence = `${name} has been down for ${Math.round(since)} s`;
    return [{ bound: 'state', service: name, evidence }];
  });
}

const sources = (looks: readonly Look[]) => [...new Set(looks.flatMap(({ sights }) => [...sights.keys()]))];
const serviceOf = (looks: readonly Look[], source: string) =>
  looks.find(({ sights }) => sights.has(source))?.sights.get(source)?.service ?? null;
const seenBy = (source: string, looks: readonly Look[]): Seen[] =>
  looks.flatMap(({ sights }) => sights.get(source)?.seen ?? []);
const total = (seen: readonly Seen[], key: Exclude<keyof Seen, 'p95'>) =>
  seen.reduce((sum, each) => sum + each[key], 0);
const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
const ms = (time: number) => `${Math.round(time)} ms`;
