import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConductorError, exitCode } from '../../errors.ts';
import type { Started } from '../target.ts';
import type { HostClient } from './host/client.ts';
import { isFree } from './host/ports.ts';
import type { HostObserved } from './host/protocol.ts';
import { type GenerationState, lastGeneration, readState } from './host/state.ts';
import type { LocalPaths } from './paths.ts';

interface Starting {
  readonly paths: LocalPaths;
  readonly host: HostClient;
  readonly environment: string;
  /** Ends the waiting; what has been started goes on. */
  readonly signal: AbortSignal;
}

/** ms that stores, and a service without a deadline of its own, may take to be ready. */
const patience = 60_000;
/** ms until the kernel has cleared a killed process away. */
const lastMoments = 1_000;
const pollMs = 50;

/** Makes what was live on this machine serve again, whatever has ended it. `Target.start` says what it promises. */
export async function start(starting: Starting): Promise<Started> {
  const { paths, host, environment } = starting;
  const last = lastGeneration(readState(paths.state));
  if (last === null) throw nothing(environment);
  const { version, folder, port } = last.spec;
  await host.endSilent();
  const before = await host.observe();
  if (before !== null && isUp(before, version)) return { version, began: false };
  if (!existsSync(folder)) throw releaseGone(version, environment);
  if (!before?.ports.includes(port) && !(await comesFree(port))) throw portTaken(port, environment);
  await host.start();
  await untilUp(starting, last);
  return { version, began: true };
}

/** A host that was killed just now may still hold the port for a moment. */
async function comesFree(port: number): Promise<boolean> {
  const late = Date.now() + lastMoments;
  for (;;) {
    if ((await isFree(port, '127.0.0.1')) && (await isFree(port, '::1'))) return true;
    if (Date.now() > late) return false;
    await sleep(pollMs);
  }
}

/** Every service of the release, and every store that is ours, takes requests. */
const isUp = ({ live, services, stores }: HostObserved, version: string): boolean =>
  live === version &&
  services.every(({ ready, wanted }) => ready >= wanted) &&
  stores.every(({ state, provider }) => state === 'live' || provider === 'outside server');

async function untilUp({ host, environment, signal }: Starting, { spec }: GenerationState): Promise<void> {
  const deadlines = spec.services.map(({ health }) => (health ? health.deadline * 1_000 : patience));
  const late = Date.now() + (spec.stores.length > 0 ? patience : 0) + Math.max(...deadlines, 0);
  for (;;) {
    const now = await host.observe();
    if (now !== null && isUp(now, spec.version)) return;
    if (signal.aborted) throw interrupted(spec.version, environment);
    if (Date.now() > late) throw notUp(now, spec.version, environment);
    await sleep(pollMs);
  }
}

const nothing = (environment: string) =>
  new ConductorError({
    code: 'start.nothing',
    message: `Nothing was ever live on ${environment}, so there is nothing to start.`,
    hint: `Deploy first: conductor deploy ${environment}`,
    exit: exitCode.usage,
  });

const releaseGone = (version: string, environment: string) =>
  new ConductorError({
    code: 'start.release-gone',
    message: `The files of ${version}, which was live, are not on this machine any more.`,
    hint: `Build it again: conductor rollback ${environment} ${version}`,
    exit: exitCode.checksFailed,
  });

const portTaken = (port: number, environment: string) =>
  new ConductorError({
    code: 'start.port-taken',
    message: `Port ${port} of this machine, where it was reached, is taken by another program.`,
    hint: `End that program, then run conductor start ${environment}; or serve elsewhere: conductor deploy ${environment} --port ${port + 1}`,
    exit: exitCode.checksFailed,
  });

const interrupted = (version: string, environment: string) =>
  new ConductorError({
    code: 'start.interrupted',
    message: `Interrupted before all of ${version} was up; what was started goes on.`,
    hint: `See how it is: conductor status ${environment}`,
    exit: exitCode.interrupted,
  });

function notUp(now: HostObserved | null, version: string, environment: string): ConductorError {
  const late = [
    ...(now?.services ?? []).filter(({ ready, wanted }) => ready < wanted),
    ...(now?.stores ?? []).filter(({ state, provider }) => state !== 'live' && provider !== 'outside server'),
  ];
  const names = late.map(({ name, state }) => `${name} (${state})`).join(', ');
  return new ConductorError({
    code: 'start.not-up',
    message: `${version} was started, and in time not all of it was healthy: ${names || 'its supervisor process has ended'}. It is still being started.`,
    hint: `See how it is: conductor status ${environment}`,
    exit: exitCode.unknown,
  });
}
