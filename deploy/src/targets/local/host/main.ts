/**
 * The host: one process per environment that owns its services and stores and is its public address. It outlives the
 * command that started it, and what it owns outlives it: `node main.ts <project> <state folder> <stops at its launch>`.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { controlSocket, localPaths, prepareFolders } from '../paths.ts';
import { Control } from './control.ts';
import { findKeeper, removeProcessFile, writeProcessFile } from './host-file.ts';
import { House } from './house.ts';
import { type Launched, launch } from './launch.ts';
import { tryLock } from './lock.ts';
import { logPath, rotate } from './log-file.ts';
import { logOfPipe } from './log-pipe.ts';
import { identify, signalProcess } from './process-id.ts';
import { protocolVersion } from './protocol.ts';
import { readStops } from './stops.ts';
import { Words } from './words.ts';

const [root = '', base = '', stops] = process.argv.slice(2);
const paths = localPaths(root, base);
new Words(logPath(paths.logs, 'host'), 'host').takeOver();
// Removed while a keeper was about to start this.
if (!existsSync(paths.base)) process.exit(0);

const lock = tryLock(paths.hostLock);
// Whoever started this one finds the other.
if (lock === null) process.exit(0);
// Everything was ended meanwhile. Keepers of earlier versions do not say when they launched this.
if (stops !== undefined && readStops(paths.stops) !== Number(stops)) process.exit(0);
// Not before: of what was ended the folder may be gone.
prepareFolders(paths);

/** ms for a keeper to connect. */
const keeperLimit = 15_000;

let ending = false;
let keeper: Launched | undefined;
const socket = controlSocket(base);
const self = identify(process.pid);
if (self === null) throw new Error('This process cannot see itself.');
// Before anything else, so that whoever has to end this host can find it, however far it has come.
const earlier = existsSync(paths.hostFile);
writeProcessFile(paths.hostFile, { ...self, socket, protocol: protocolVersion });
const house = await House.restore(paths).catch((error: unknown) => {
  // The file of a host that was killed tells its keeper to go on; one that never was needs none.
  if (!earlier) removeProcessFile(paths.hostFile);
  throw error;
});
const control = new Control(house, { end });
await control.listen(socket);
console.log(`serves ${house.live?.spec.version ?? 'nothing yet'}`);

// The keeper of a host before this one connects at once, if it lives.
const free = tryLock(paths.keeperLock);
free?.release();
if (free === null) await sleep(500);
const startKeeper = () => {
  keeper = launch('keeper', paths);
  // It may have found that another one is about to end.
  void keeper.ended.then(() =>
    setTimeout(() => {
      if (!ending && control.keeper === null) startKeeper();
    }, 500).unref(),
  );
  setTimeout(() => {
    if (ending || control.keeper !== null) return;
    // It hangs, or one before it does and still holds the keeper's place.
    const found = findKeeper(paths.keeperFile);
    if (found !== null) signalProcess(found, 'SIGKILL');
  }, keeperLimit).unref();
};
if (!ending) {
  control.onKeeperLost = startKeeper;
  if (control.keeper === null) startKeeper();
}

setInterval(() => {
  try {
    // Its own, and those of processes that an earlier version started; the others are the keeper's.
    const kept = new Set(readdirSync(paths.pipes).map((pipe) => basename(logOfPipe(pipe))));
    for (const log of readdirSync(paths.logs)) {
      if (log.endsWith('.log') && !kept.has(log)) rotate(join(paths.logs, log));
    }
  } catch (error) {
    // A log that cannot be moved aside grows on.
    console.error(error);
  }
}, 10_000).unref();

let trouble = '';
setInterval(() => {
  control
    .listenAgain(() => controlSocket(base))
    .then(
      () => {
        trouble = '';
      },
      (error: Error) => {
        // Tried again half a second later; said once.
        if (trouble !== error.message) console.error(error);
        trouble = error.message;
      },
    );
}, 500).unref();

// Without its folder the environment is gone, and nobody could find this host to stop it.
setInterval(() => {
  if (!existsSync(paths.base)) void end('stop');
}, 2_000);

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void end('stop'));

async function end(how: 'stop' | 'leave'): Promise<void> {
  if (ending) return;
  ending = true;
  if (how === 'stop' && existsSync(paths.base)) await house.stop();
  else if (how === 'stop') await house.abandon();
  house.leave();
  // One that has not found this host yet would never hear that it is to end.
  if (control.keeper === null) keeper?.kill();
  control.close();
  removeProcessFile(paths.hostFile);
  rmSync(socket, { force: true });
  // After the answer to whoever asked for this.
  setTimeout(() => process.exit(0), 50);
}
