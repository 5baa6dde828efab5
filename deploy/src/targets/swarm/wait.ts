import type { Service } from '../../model/service.ts';
import type { Reading } from '../rollout.ts';
import { port } from '../variables.ts';
import { serviceName } from './names.ts';
import { nameOf } from './nodes.ts';
import { type EngineTask, operations } from './operations.ts';
import { ended, isRunning, tasksOf } from './services.ts';
import type { Site } from './site.ts';
import { probe } from './switch.ts';
import { lastLines, readTasks } from './tasks.ts';

/** A service of a release that is being started. */
export interface Starting {
  readonly service: Service;
  readonly id: string;
  readonly version: string;
}

/** Milliseconds for nodes to be chosen and containers to be made, before a service's own deadline begins. */
const scheduling = 120_000;
/** Seconds for a service that says nothing of its health. */
const usualDeadline = 30;
/** Milliseconds that one which is asked nothing has to stay up. */
const settling = 3_000;
const beat = 250;

/**
 * Tells how services come up, until each runs as often as wanted, is healthy by our own asking, and none was replaced meanwhile; or until one
 * has failed. The last reading of each is `live` or `failed`.
 */
export async function* waitUp(
  site: Site,
  starting: readonly Starting[],
  signal: AbortSignal,
): AsyncGenerator<{ readonly service: string; readonly reading: Reading }> {
  const { clock } = site;
  const where = await nodesOf(site);
  const begun = clock.now();
  const said = new Map<string, string>();
  /** By service, tasks that had ended before: what became of it while it served is no sign of how it comes up now. */
  const past = new Map<string, ReadonlySet<string>>();
  const up = new Map<string, { readonly tasks: string; readonly since: number }>();
  /** By service, when as many of it as wanted were first seen running: its own deadline counts from there. */
  const running = new Map<string, number>();
  for (;;) {
    let waiting = 0;
    for (const one of starting) {
      const { service } = one;
      const all = await tasksOf(site, one.id);
      if (!past.has(one.id)) past.set(one.id, new Set(all.filter(isOver).map(({ ID }) => ID)));
      const tasks = all.filter(({ ID }) => !past.get(one.id)!.has(ID));
      let reading = readTasks(tasks, service.replicas, where);
      if (reading.state === 'live') {
        if (!running.has(service.name)) running.set(service.name, clock.now());
        reading = await healthOf(site, one, tasks, up);
      } else up.delete(service.name);
      const since = running.get(service.name);
      const deadline =
        since === undefined
          ? begun + scheduling
          : since + (service.health?.deadline ?? usualDeadline) * 1_000;
      if (reading.state === 'starting' && clock.now() >= deadline)
        reading = {
          state: 'failed',
          detail: `not ${since === undefined ? 'settled' : 'healthy'} in time: ${reading.detail}`,
        };
      if (reading.state === 'failed') {
        yield { service: service.name, reading: { ...reading, evidence: await evidenceOf(site, tasks) } };
        return;
      }
      if (reading.state !== 'live') waiting++;
      if (said.get(service.name) !== reading.detail && reading.state !== 'live')
        yield { service: service.name, reading };
      said.set(service.name, reading.detail);
    }
    if (waiting === 0) break;
    await clock.sleep(beat, signal);
  }
  for (const { service } of starting)
    yield { service: service.name, reading: { state: 'live', detail: said.get(service.name)! } };
}

const isOver = ({ Status }: EngineTask): boolean => ended.includes(Status.State);

/** Where there is more than one node, says on which one a task was. */
async function nodesOf(site: Site): Promise<(task: EngineTask) => string> {
  const nodes = await site.rest(operations.nodes);
  const names = new Map(nodes.map((node) => [node.ID, nameOf(node)]));
  return ({ NodeID }) => (nodes.length > 1 && names.has(NodeID) ? ` (on ${names.get(NodeID)})` : '');
}

async function healthOf(
  site: Site,
  { service, version }: Starting,
  tasks: readonly EngineTask[],
  up: Map<string, { readonly tasks: string; readonly since: number }>,
): Promise<Reading> {
  const { health, paths, replicas, name } = service;
  const path = health?.path ?? paths[0];
  if (path === undefined) {
    const ids = tasks
      .filter(isRunning)
      .map(({ ID }) => ID)
      .sort()
      .join(' ');
    const before = up.get(name);
    const now = site.clock.now();
    if (before?.tasks !== ids) up.set(name, { tasks: ids, since: now });
    const since = up.get(name)!.since;
    return now - since >= settling
      ? { state: 'live', detail: `${replicas} of ${replicas} stay up` }
      : { state: 'starting', detail: 'it runs; it has to stay up for a moment' };
  }
  const answers = await probe(site, { name: serviceName(site.context, name, version), port, path });
  const well = (status: number | null) =>
    status !== null && (health ? status >= 200 && status < 300 : status < 500);
  const good = answers.filter(({ status }) => well(status));
  if (good.length >= replicas && good.length === answers.length)
    return { state: 'live', detail: `${good.length} of ${replicas} healthy` };
  const bad = answers.find(({ status }) => !well(status));
  const words = bad ? `: ${path} answered ${bad.status ?? bad.error ?? 'nothing'}` : '';
  return { state: 'starting', detail: `${good.length} of ${replicas} healthy${words}` };
}

/** What the last of them that ended has written, else the last one that runs. */
async function evidenceOf(site: Site, tasks: readonly EngineTask[]): Promise<readonly string[]> {
  const last = tasks.find(isOver) ?? tasks.find(isRunning) ?? tasks[0];
  if (!last) return [];
  try {
    return await lastLines(site, last);
  } catch (error) {
    return [`no logs: ${error instanceof Error ? error.message : String(error)}`];
  }
}
