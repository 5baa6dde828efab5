import type { MetricsEndpoint } from '../../model/service.ts';

/** What a process has counted since it started, as far as it tells. */
export interface Counts {
  readonly answers: number;
  /** Answers with 5xx. */
  readonly errors: number;
  /** Answers by how long they took at most: seconds, ascending, cumulative; the last bound is Infinity. */
  readonly buckets: readonly (readonly [seconds: number, answers: number])[];
  /** Tries of jobs, and those of them that failed. */
  readonly jobs: number;
  readonly failedJobs: number;
  /** Lines logged at level error or worse. */
  readonly errorLines: number;
}

type Names = Pick<MetricsEndpoint, 'requests' | 'duration' | 'jobs' | 'errorLines'>;

/**
 * Reads the text format of Prometheus: https://prometheus.io/docs/instrumenting/exposition_formats/
 * Series that are missing count as zero, for a worker has no requests and an API no jobs.
 * @throws {Error} for a text that has not one series of any of these names.
 */
export function readCounts(text: string, names: Names): Counts {
  const series = seriesOf(text);
  const all = (name: string) => series.filter((each) => each.name === name);
  const requests = all(names.requests);
  const durations = all(`${names.duration}_bucket`);
  const jobs = all(names.jobs);
  const lines = all(names.errorLines);
  if (requests.length + durations.length + jobs.length + lines.length === 0) {
    throw new Error(`it has none of ${Object.values(names).join(', ')}`);
  }
  const failed = requests.filter(({ labels }) => /^5/.test(labels.status ?? labels.code ?? ''));
  return {
    answers: sum(requests),
    errors: sum(failed),
    buckets: bucketsOf(durations),
    jobs: sum(jobs),
    failedJobs: sum(jobs.filter(({ labels }) => labels.outcome === 'failed')),
    errorLines: sum(lines),
  };
}

/** What was counted between two readings; null where the counters began anew in between. */
export function since(before: Counts, now: Counts): Counts | null {
  const less = (key: 'answers' | 'errors' | 'jobs' | 'failedJobs' | 'errorLines') => now[key] - before[key];
  const earlier = new Map(before.buckets);
  const counts: Counts = {
    answers: less('answers'),
    errors: less('errors'),
    buckets: now.buckets.map(([bound, answers]) => [bound, answers - (earlier.get(bound) ?? 0)]),
    jobs: less('jobs'),
    failedJobs: less('failedJobs'),
    errorLines: less('errorLines'),
  };
  const { buckets, ...rest } = counts;
  return [...Object.values(rest), ...buckets.map(([, answers]) => answers)].some((each) => each < 0)
    ? null
    : counts;
}

/** What several replicas counted together. */
export function together(all: readonly Counts[]): Counts {
  const total = (key: 'answers' | 'errors' | 'jobs' | 'failedJobs' | 'errorLines') =>
    all.reduce((sum, each) => sum + each[key], 0);
  return {
    answers: total('answers'),
    errors: total('errors'),
    buckets: merged(all.flatMap(({ buckets }) => buckets)),
    jobs: total('jobs'),
    failedJobs: total('failedJobs'),
    errorLines: total('errorLines'),
  };
}

/** Milliseconds within which 95 % were answered, spread evenly inside a bucket as Prometheus does it; null without answers. */
export function p95Of({ buckets }: Counts): number | null {
  const total = buckets.at(-1)?.[1] ?? 0;
  if (total === 0) return null;
  const rank = total * 0.95;
  const at = buckets.findIndex(([, answers]) => answers >= rank);
  const [upper, upTo] = buckets[at]!;
  const [lower, below] = buckets[at - 1] ?? [0, 0];
  if (upper === Number.POSITIVE_INFINITY) return lower * 1000;
  return (lower + ((upper - lower) * (rank - below)) / (upTo - below)) * 1000;
}

interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?$/;
const label = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

function seriesOf(text: string): Series[] {
  return text.split('\n').flatMap((each) => {
    const found = each.startsWith('#') ? null : line.exec(each.trim());
    if (!found) return [];
    const [, name = '', labels = '', value = ''] = found;
    const number = value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value);
    if (Number.isNaN(number)) return [];
    const pairs = [...labels.matchAll(label)].map(([, key = '', quoted = '']) => [key, quoted] as const);
    return [{ name, labels: Object.fromEntries(pairs), value: number }];
  });
}

const sum = (series: readonly Series[]) => series.reduce((total, { value }) => total + value, 0);

/** The buckets of all routes as one histogram. */
const bucketsOf = (series: readonly Series[]) =>
  merged(
    series.map(({ labels, value }) => [
      labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le),
      value,
    ]),
  );

function merged(buckets: readonly (readonly [number, number])[]): [number, number][] {
  const byBound = new Map<number, number>();
  for (const [bound, answers] of buckets) byBound.set(bound, (byBound.get(bound) ?? 0) + answers);
  return [...byBound].sort(([a], [b]) => a - b);
}
