/**
 * The keeper: starts the host again when it dies or hangs, and writes the logs of all that the host has started. It stays connected to the
 * host's control socket, so it knows at once, and each gives the other a sign of life every second; the host, in turn, starts a keeper
 * when its own goes away or hangs: `node keeper.ts <project> <state folder>`.
 */
import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { controlSocket, localPaths } from '../paths.ts';
import { syncAppendFiles } from './append-sync.ts';
import { findHost, removeProcessFile, socketOf, writeProcessFile } from './host-file.ts';
import { launch } from './launch.ts';
import { tryLock } from './lock.ts';
import { logPath } from './log-file.ts';
import { LogKeeper } from './log-keeper.ts';
import { identify, isAlive, signalProcess } from './process-id.ts';
import { beat, watchForSilence } from './silence.ts';
import { Words } from './words.ts';

const [root = '', base = ''] = process.argv.slice(2);
const paths = localPaths(root, base);
new Words(logPath(paths.logs, 'host'), 'keeper').takeOver();
const lock = tryLock(paths.keeperLock);
if (lock === null) process.exit(0);
/** Where the host says that it listens: it may have been started with another folder for sockets. */
const socket = () => socketOf(paths.hostFile) ?? controlSocket(base);
const self = identify(process.pid);
if (self === null) throw new Error('This process cannot see itself.');
writeProcessFile(paths.keeperFile, self);
process.once('exit', () => removeProcessFile(paths.keeperFile));
new LogKeeper(paths.pipes, (id) => tellHost(`/v1/log-mark?id=${id}`));
void syncAppendFiles(paths.stores);

/** ms between attempts to start a host that does not stay up. */
const backOff = [0, 200, 500, 1_000, 2_000, 5_000, 10_000];
let failures = 0;

while (existsSync(paths.base)) {
  const host = await stayConnected();
  if (host === 'said goodbye') break;
  if (host === 'was there') failures = 0;
  if (host === 'hangs') await endHost();
  if (findHost(paths.hostFile) !== null) {
    // It lives but does not answer yet, or any more; only its death is this process' business.
    await sleep(50);
    continue;
  }
  // A host that ends on purpose removes its file; one that was killed cannot.
  if (!existsSync(paths.hostFile)) break;
  await sleep(backOff[Math.min(failures++, backOff.length - 1)]);
  console.log('starts a supervisor');
  const { ended } = launch('main', paths);
  // Until it can be talked to, or has ended.
  const limit = AbortSignal.timeout(10_000);
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!over && !limit.aborted && findHost(paths.hostFile) === null) await sleep(10);
}

// What reads the pipes would go on for ever.
process.exit(0);

/** One that does not hear it does not wait for it any more. */
function tellHost(path: string): void {
  const telling = request({ socketPath: socket(), method: 'POST', path, agent: false });
  telling.once('response', (answer) => answer.resume());
  telling.once('error', () => telling.destroy());
  telling.end();
}

/** Services go on: the next host takes them over. */
async function endHost(): Promise<void> {
  const host = findHost(paths.hostFile);
  if (host === null) return;
  console.log(`ends the supervisor ${host.pid}, which has given no sign of life for 10 s`);
  signalProcess(host, 'SIGKILL');
  while (isAlive(host)) await sleep(10);
}

/** Resolves when the connection to the host ends, or nothing comes over it any more, with what is known of the host. */
function stayConnected(): Promise<'said goodbye' | 'was there' | 'was not there' | 'hangs'> {
  return new Promise((resolve) => {
    const path = `/v1/keeper?pid=${process.pid}&logs=1`;
    // The body never ends: it holds this side's signs of life.
    const headers = { 'Transfer-Encoding': 'chunked' };
    const connection = request({ socketPath: socket(), path, headers, agent: false });
    const signs = setInterval(() => connection.write('\n'), beat);
    const watch = watchForSilence(() => end('hangs'));
    const end = (how: Awaited<ReturnType<typeof stayConnected>>) => {
      clearInterval(signs);
      watch.end();
      connection.destroy();
      resolve(how);
    };
    let said = '';
    connection.once('error', () => end('was not there'));
    connection.once('response', (answer) => {
      // A host of an earlier version says nothing until it ends.
      watch.end();
      answer.setEncoding('utf8').on('data', (text) => {
        if (said === '') watch.restart();
        watch.heard();
        said = `${said}${text}`.trim() || '\n';
      });
      answer.once('close', () => end(said.endsWith('bye') ? 'said goodbye' : 'was there'));
      // Its end is what this waits for, however it comes.
      answer.once('error', () => answer.destroy());
    });
    connection.write('\n');
  });
}
