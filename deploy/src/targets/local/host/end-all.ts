import { existsSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConductorError, exitCode } from '../../../errors.ts';
import { controlSocket, type LocalPaths } from '../paths.ts';
import { Child } from './child.ts';
import { marksOf } from './environment.ts';
import { findHost, findKeeper, removeProcessFile, socketOf } from './host-file.ts';
import { type Lock, tryLock } from './lock.ts';
import { logPath } from './log-file.ts';
import { LogKeeper } from './log-keeper.ts';
import { markSeen, pipePath } from './log-pipe.ts';
import { endOrphans } from './orphans.ts';
import { type ProcessId, signalProcess } from './process-id.ts';
import { atRest, readState, type State, writeState } from './state.ts';
import { countStop } from './stops.ts';

/** ms for the host's place to become free once the host has been killed. */
const patience = 15_000;
/** ms from SIGTERM to SIGKILL for a store: it writes much when it ends. */
const storeGrace = 30_000;

/**
 * Ends all that an environment runs on this machine without its host's help, for it may be dead or hang: the keeper and the host at once,
 * then services and at last stores, each gently. Processes are those that the state file names by number and birth; no other is touched.
 * When it resolves, nothing runs and no file says that something does.
 */
export async function endAll(paths: LocalPaths): Promise<void> {
  if (!existsSync(paths.base)) return;
  const lock = await takeHostsPlace(paths);
  // With the keeper's death nobody reads what services say, and one that ends says much: it would wait for its pipe, and be killed.
  const logs = new LogKeeper(paths.pipes, markSeen);
  try {
    countStop(paths.stops);
    const state = readState(paths.state);
    if (state !== null) {
      await endServices(state, paths.logs);
      await endStores(state, paths.logs);
      writeState(paths.state, atRest(state), { durable: true });
    }
    // It was started with another folder for sockets, where it was at boot, or by another user's login.
    for (const socket of [socketOf(paths.hostFile), controlSocket(paths.base)]) {
      if (socket !== null) rmSync(socket, { force: true });
    }
    removeProcessFile(paths.hostFile);
    removeProcessFile(paths.keeperFile);
  } finally {
    logs.close();
    lock.release();
  }
}

/** Kills keeper and host, and takes the lock that every host needs, so that none is started meanwhile. */
async function takeHostsPlace(paths: LocalPaths): Promise<Lock> {
  const late = Date.now() + patience;
  for (;;) {
    // The keeper first: it would start another host.
    const alive = [findKeeper(paths.keeperFile), findHost(paths.hostFile)].filter((found) => found !== null);
    for (const found of alive) signalProcess(found, 'SIGKILL');
    const lock = alive.length > 0 ? null : tryLock(paths.hostLock);
    if (lock !== null) return lock;
    if (Date.now() > late) {
      throw new ConductorError({
        code: 'local.host-end',
        message: `Another process holds ${paths.hostLock} and does not end.`,
        exit: exitCode.ourFault,
        fault: 'conductor',
      });
    }
    await sleep(20);
  }
}

async function endServices({ generations }: State, logs: string): Promise<void> {
  await Promise.all(
    generations.flatMap(({ spec, replicas }) =>
      replicas.map(async ({ service, id, port }) => {
        if (id === null) return;
        const drain = spec.services.find(({ name }) => name === service)?.drain ?? 0;
        await end(id, drain * 1_000, pipePath(logPath(logs, service, spec.version), port));
        endOrphans(id, marksOf(spec.version, service, port));
      }),
    ),
  );
}

async function endStores({ stores }: State, logs: string): Promise<void> {
  await Promise.all(
    stores.map(({ id, port, spec }) => end(id, storeGrace, pipePath(logPath(logs, spec.name), port))),
  );
}

/** Ends a process and its group: SIGTERM, and SIGKILL after `grace` ms, at least half a second. Its last words are in its log then. */
async function end(id: ProcessId | null, grace: number, pipe: string): Promise<void> {
  if (id !== null) await Child.adopt(id, pipe)?.stop(Math.max(500, grace));
}
