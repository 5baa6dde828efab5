import type { Observed } from '../../model/observed.ts';
import type { Service } from '../../model/service.ts';
import type { Target } from '../../targets/target.ts';
import { serviceAt } from '../routes.ts';
import { type Counts, readCounts } from './metrics.ts';

/** A process that told what it has counted. */
export interface Answered {
  readonly process: string;
  /** Its `X-Release`; where it names none, what was proven to serve. */
  readonly release: string;
  readonly counts: Counts;
}

/** Milliseconds for an answer. */
const patience = 5_000;

/**
 * Asks the processes of a service for their metrics: each of them where the place says how to reach it, else whichever answers
 * at the public address, told apart by the start of its process.
 * @param version what was proven to serve
 * @throws {Error} with the reason when none can be read.
 */
export async function scrape(
  target: Pick<Target, 'replicaUrls'>,
  service: Service,
  services: readonly Service[],
  urls: Observed['urls'],
  version: string,
): Promise<Answered[]> {
  const endpoint = service.metrics!;
  const replicas = await target.replicaUrls?.(service.name);
  const base = urls[service.name];
  const reachable = base !== undefined && serviceAt(endpoint.path, services) === service.name;
  const addresses = replicas ?? (reachable ? [base] : null);
  if (addresses === null) throw new Error(`${endpoint.path} of ${service.name} cannot be reached from here`);
  return Promise.all(addresses.map((address) => ask(address + endpoint.path, service, version)));
}

async function ask(
  url: string,
  { metrics: endpoint, variables }: Service,
  version: string,
): Promise<Answered> {
  const token = endpoint!.token === undefined ? undefined : variables[endpoint!.token];
  const value = token && 'value' in token ? token.value : undefined;
  const answer = await fetch(url, {
    redirect: 'manual',
    headers: { 'user-agent': 'conductor', ...(value !== undefined && { authorization: `Bearer ${value}` }) },
    signal: AbortSignal.timeout(patience),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  // Every client library of Prometheus tells when its process has started.
  const born = /^process_start_time_seconds(?:\{.*\})? (\S+)/m.exec(text)?.[1] ?? '';
  return {
    process: `${url} ${born}`,
    release: answer.headers.get('x-release') ?? version,
    counts: readCounts(text, endpoint!),
  };
}
