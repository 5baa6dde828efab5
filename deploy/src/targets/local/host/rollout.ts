import { Child, describeExit } from './child.ts';
import { serviceEnvironment } from './environment.ts';
import type { Generation, Member } from './generation.ts';
import type { House } from './house.ts';
import { logPath, note } from './log-file.ts';
import { makePipes, pipePath, removePipe } from './log-pipe.ts';
import type { RolloutEvent, RolloutSpec, ServiceSpec } from './protocol.ts';

/** Who asked for a rollout: is told of it, opens its gate, and can call it off until the cutover. */
export interface Asker {
  tell(event: RolloutEvent): void;
  /** Resolves when the rollout may go on; rejects when it is called off. */
  gate(detail: string): Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * ms that a release stays healthy before it may serve, and that its processes are seen to stay up in all before it counts as live;
 * one that has served before need not prove as much. `unseen`: the same for what only runs, and shows in no answer that it can work.
 */
const settle = {
  fresh: { before: 500, unseen: 3_000, whole: 2_500 },
  proven: { before: 200, unseen: 200, whole: 200 },
};
const settleOf = ({ proven }: RolloutSpec) => (proven ? settle.proven : settle.fresh);
/** ms from start to ready for a service that declares no health. */
const defaultDeadline = 60_000;

/** The service at fault when a rollout fails; the others failed with it. */
class ServiceFailure extends Error {
  readonly service: string;

  constructor(service: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'ServiceFailure';
    this.service = service;
  }
}

/** Makes a release serve, or leaves everything as it was. Ends with one settled state per service. */
export async function rollOut(house: House, spec: RolloutSpec, asker: Asker): Promise<void> {
  if (alreadyLive(house, spec)) {
    tellAll(spec, asker, 'live', 'serves already');
    return;
  }
  await house.gateway.listen(spec.port);
  const before = house.live;
  let candidate: Generation | null = null;
  let cutBack: (() => void) | undefined;
  try {
    await openStores(house, spec, asker);
    await runTask(house, spec, asker);
    candidate = await house.addCandidate(spec);
    await startBeside(candidate, asker);
    await asker.gate('all services are healthy');
    await switchSingletons(before, candidate, asker);
    confirmReady(candidate);
    asker.signal.throwIfAborted();
    cutBack = house.cutOver(candidate);
    await staysUp(candidate, asker);
  } catch (error) {
    cutBack?.();
    asker.tell({ kind: 'progress', service: null, state: 'failed', detail: 'rolling the release back' });
    if (candidate !== null) await house.takeBack(candidate);
    else if (before === null) await house.gateway.closeAllBut(null);
    await restartSingletons(before, asker);
    tellFailure(error, spec, asker, cutBack !== undefined);
    return;
  }
  const short = await house.retirePrevious(before, spec.keepPrevious);
  if (short !== null) {
    const detail = `${before?.spec.version} is not kept warm: ${short}`;
    asker.tell({ kind: 'progress', service: null, state: 'live', detail });
  }
  tellAll(spec, asker, 'live', 'serves');
}

/** The same release, all of it well: there is nothing to do. */
function alreadyLive({ live }: House, spec: RolloutSpec): boolean {
  if (live === null || live.members.some(({ replica }) => replica.state !== 'ready')) return false;
  const essence = ({ keepPrevious: _keep, proven: _proven, ...rest }: RolloutSpec) => JSON.stringify(rest);
  return essence(live.spec) === essence(spec);
}

async function openStores(house: House, spec: RolloutSpec, { tell, signal }: Asker): Promise<void> {
  if (spec.stores.length === 0) return;
  const names = spec.stores.map(({ name }) => name).join(', ');
  tell({ kind: 'progress', service: null, state: 'pending', detail: `stores: ${names}` });
  await house.openStores(spec.stores, signal);
}

/** Runs the release task, once, before anything of the new release serves. */
async function runTask(house: House, spec: RolloutSpec, { tell, signal }: Asker): Promise<void> {
  const { task, proven } = spec;
  const service = spec.services.find(({ name }) => name === task?.service);
  if (task === null || service === undefined || proven) return;
  tell({
    kind: 'progress',
    service: service.name,
    state: 'releasing',
    detail: `release task: ${task.command.join(' ')}`,
  });
  const log = logPath(house.paths.logs, service.name, spec.version);
  note(log, `release task: ${task.command.join(' ')}`);
  const addresses = { stores: house.storeUrls(), ports: new Map<string, number[]>() };
  const pipe = pipePath(log, 'task');
  await makePipes([pipe]);
  const child = Child.start({
    command: task.command,
    cwd: service.cwd,
    env: serviceEnvironment(spec, service, null, addresses),
    log,
    pipe,
  });
  const limit = AbortSignal.any([signal, AbortSignal.timeout(task.deadline * 1_000)]);
  const cut = () => void child.stop(2_000);
  if (limit.aborted) cut();
  limit.addEventListener('abort', cut);
  const exit = await child.exited;
  removePipe(pipe);
  limit.removeEventListener('abort', cut);
  signal.throwIfAborted();
  if (limit.aborted) {
    throw new ServiceFailure(
      service.name,
      new Error(`the release task did not end within ${task.deadline} s`),
    );
  }
  if (exit.code !== 0) {
    throw new ServiceFailure(service.name, new Error(`the release task ${describeExit(exit)}`));
  }
}

/** Starts everything that may run beside the old release, and waits until it has proven itself. */
async function startBeside(candidate: Generation, asker: Asker): Promise<void> {
  const members = candidate.of(({ singleton }) => !singleton);
  await prove(members, candidate.spec, asker);
}

/** Starts members that do not run yet; resolves when all are healthy and have stayed so. */
async function prove(members: readonly Member[], spec: RolloutSpec, { tell, signal }: Asker): Promise<void> {
  // The first failure calls off the wait for the others.
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const each = (work: (member: Member) => Promise<void>) =>
    Promise.all(
      members.map(async (member) => {
        try {
          await work(member);
        } catch (error) {
          if (stop.aborted) throw error;
          failed.abort();
          throw new ServiceFailure(member.service.name, error);
        }
      }),
    );
  // What goes on running has been seen for long: one more answer will do.
  const warm = new Set(members.filter(({ replica }) => replica.pid !== null));
  await each(async ({ service, replica }) => {
    const began = performance.now();
    if (replica.pid === null) replica.start();
    tell({
      kind: 'progress',
      service: service.name,
      state: 'starting',
      detail: `${replica.spec.title} starts; it must ${taskOf(service, spec)}`,
    });
    await replica.untilReady(deadlineOf(service), stop);
    if (!isSeen(service)) return;
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    const detail = `${replica.spec.title} healthy after ${seconds} s`;
    tell({ kind: 'progress', service: service.name, state: 'starting', detail });
  });
  await each((member) => {
    const { before, unseen } = settleOf(spec);
    const ms = isSeen(member.service) ? before : unseen;
    return member.replica.staysReady(warm.has(member) ? 0 : ms, stop);
  });
}

/** What a service is to do before it may serve, for people. */
function taskOf(service: ServiceSpec, spec: RolloutSpec): string {
  const { health, paths } = service;
  if (!isSeen(service)) return `stay up for ${settleOf(spec).unseen / 1_000} s`;
  const within = `within ${deadlineOf(service) / 1_000} s`;
  return health ? `answer ${health.path} ${within}` : `answer ${paths[0]} with a status below 500 ${within}`;
}

/** Whether its answers show that it can work. */
const isSeen = ({ health, paths }: ServiceSpec): boolean => health !== undefined || paths.length > 0;

/** Never two at once: the old one ends before the new one starts. */
async function switchSingletons(
  before: Generation | null,
  candidate: Generation,
  asker: Asker,
): Promise<void> {
  const members = candidate.of(({ singleton }) => singleton);
  if (members.length === 0) return;
  const names = new Set(members.map(({ service }) => service.name));
  await before?.drain(before.of(({ name, singleton }) => singleton || names.has(name)));
  asker.signal.throwIfAborted();
  await prove(members, candidate.spec, asker);
}

/** The gate may have taken long: what was healthy before it may not be now. */
function confirmReady(candidate: Generation): void {
  const bad = candidate.members.find(({ replica }) => replica.state !== 'ready');
  if (bad !== undefined) {
    throw new ServiceFailure(bad.service.name, new Error(`was healthy, and then ${bad.replica.reason}`));
  }
}

/** Some processes end only when they are asked for work: what serves since a moment is looked at for a moment more. */
async function staysUp({ members, spec }: Generation, { tell }: Asker): Promise<void> {
  const { before, whole } = settleOf(spec);
  if (whole <= before) return;
  tell({ kind: 'progress', service: null, state: 'starting', detail: 'serves; watching that it stays up' });
  await Promise.all(
    members.map(async ({ service, replica }) => {
      try {
        await replica.staysUp(whole - before);
      } catch (error) {
        throw new ServiceFailure(service.name, error);
      }
    }),
  );
}

/** Puts the old release's singletons back to work, where they had to stop. */
async function restartSingletons(before: Generation | null, { tell }: Asker): Promise<void> {
  const stopped = before?.members.filter(({ replica }) => replica.state === 'stopped') ?? [];
  for (const member of stopped) await before?.restart(member);
  await Promise.all(
    stopped.map(async ({ service, replica }) => {
      try {
        await replica.untilReady(deadlineOf(service));
      } catch (error) {
        // It goes on being started again; `status` tells when it is up.
        const detail = `${(error as Error).message}, in the release before, too`;
        tell({ kind: 'progress', service: null, state: 'unknown', detail });
      }
    }),
  );
}

const deadlineOf = ({ health }: ServiceSpec) => (health ? health.deadline * 1_000 : defaultDeadline);

function tellFailure(error: unknown, spec: RolloutSpec, asker: Asker, served: boolean): void {
  if (asker.signal.aborted && !served) {
    tellAll(spec, asker, 'canceled', 'called off before the cutover');
    return;
  }
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof ServiceFailure)) {
    tellAll(spec, asker, 'failed', message);
    return;
  }
  for (const { name } of spec.services) {
    const guilty = name === error.service;
    asker.tell({
      kind: 'progress',
      service: name,
      state: guilty ? 'failed' : 'canceled',
      detail: guilty ? message : `rolled back, because ${error.service} failed`,
    });
  }
}

function tellAll(
  spec: RolloutSpec,
  { tell }: Asker,
  state: 'live' | 'failed' | 'canceled',
  detail: string,
): void {
  for (const { name, paths } of spec.services) {
    const url =
      state === 'live' && paths[0] !== undefined ? `http://localhost:${spec.port}${paths[0]}` : undefined;
    tell({ kind: 'progress', service: name, state, detail, ...(url ? { url } : {}) });
  }
}
