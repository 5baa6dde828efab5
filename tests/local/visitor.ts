/**
 * A visitor in a process of its own, so that nothing that the tests do delays it: `node visitor.ts <url> <rate> <kinds>`. It
 * asks at a steady rate whatever the answers do, until its standard input ends; then it prints what it saw as one line of JSON.
 */
import http from 'node:http';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

const [url = '', rate = '200', kinds = ''] = process.argv.slice(2);
const wants = new Set(kinds.split(','));
const { Agent, request } = url.startsWith('https:') ? https : http;
const agent = new Agent({ keepAlive: true, maxSockets: 100 });
const upload = Buffer.alloc(5 * 1024 * 1024, 'x');

const failures: string[] = [];
const counts: Record<string, number> = {};
const releases = new Set<string>();
/** Null before the first answer. */
let lastAnswer: number | null = null;
let longestGapMs = 0;
let gapAt = 0;
/** ms by which this process itself was late at most, ever and since the last answer: a machine with too much to do holds up visitors, too. */
let heldUpMs = 0;
let heldUpSince = 0;
/** When the next request is to be sent. */
let nextAt = 0;
let answered = 0;
let open = true;
const pending = new Set<Promise<void>>();

function ask(kind: string, path: string, body?: Buffer): Promise<void> {
  counts[kind] = (counts[kind] ?? 0) + 1;
  return new Promise((resolve) => {
    const fail = (why: string) => {
      failures.push(`${kind}: ${why}`);
      resolve();
    };
    const outgoing = request(`${url}${path}`, { agent, method: body ? 'POST' : 'GET', timeout: 30_000 });
    outgoing.once('timeout', () => outgoing.destroy(new Error('no answer in 30 s')));
    outgoing.once('error', (error: NodeJS.ErrnoException) => fail(`${error.code ?? ''} ${error.message}`));
    outgoing.once('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      answer.once('error', (error) => fail(`in the answer: ${error.message}`));
      answer.once('end', () => {
        if (answer.statusCode === 500 && text === 'turned bad') {
          // The release's own answer, and not lost.
          counts.bad = (counts.bad ?? 0) + 1;
          return resolve();
        }
        if (answer.statusCode !== 200) return fail(`${answer.statusCode} ${text.slice(0, 200)}`);
        if (body && text !== String(body.length)) return fail(`${text} of ${body.length} bytes arrived`);
        releases.add(String(answer.headers['x-release']));
        if (kind === 'fast') {
          const now = performance.now();
          // Held up until now, or a moment ago: what this process did not do is no fault of who answers.
          const gap = now - (lastAnswer ?? now) - Math.max(heldUpSince, now - nextAt, 0);
          if (gap > longestGapMs) [longestGapMs, gapAt] = [gap, now - began];
          [lastAnswer, heldUpSince] = [now, 0];
          answered++;
        }
        resolve();
      });
    });
    outgoing.end(body);
  });
}

function track(work: Promise<void>): void {
  pending.add(work);
  void work.finally(() => pending.delete(work));
}

/** Holds a WebSocket, and opens another when the service says that it restarts. */
async function holdSocket(path: string): Promise<void> {
  while (open) {
    counts.sockets = (counts.sockets ?? 0) + 1;
    const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`);
    let opened = false;
    const { code } = await new Promise<{ code: number }>((resolve) => {
      socket.onopen = () => {
        opened = true;
        if (!open) socket.close(1000);
      };
      socket.onclose = resolve;
      closers.add(() => socket.close(1000));
    });
    if (!opened) failures.push(`socket: was not opened (${code})`);
    else if (open && code !== 1012) failures.push(`socket: ended with ${code}`);
  }
}
const closers = new Set<() => void>();

/** Reads an event stream, and asks for it again when it has ended; one that breaks off in the middle has failed. */
async function holdStream(path: string): Promise<void> {
  while (open) {
    counts.streams = (counts.streams ?? 0) + 1;
    const stopped = new AbortController();
    const stop = () => stopped.abort();
    closers.add(stop);
    try {
      const answer = await fetch(`${url}${path}`, { signal: stopped.signal });
      let text = '';
      for await (const chunk of answer.body ?? []) text = (text + Buffer.from(chunk).toString()).slice(-100);
      if (answer.status !== 200) failures.push(`stream: ${answer.status}`);
      else if (!text.endsWith('\n\n'))
        failures.push(`stream: ended in the middle of ${JSON.stringify(text)}`);
    } catch (error) {
      if (open) failures.push(`stream: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      closers.delete(stop);
    }
  }
}

const paths = (kinds.match(/path=([^,]+)/)?.[1] ?? '/').split('+');
const began = performance.now();
const every = 1_000 / Number(rate);
const sockets = wants.has('sockets') ? Array.from({ length: 10 }, () => holdSocket('/ws')) : [];
const streams = wants.has('streams') ? Array.from({ length: 5 }, () => holdStream('/events')) : [];
process.stdin.resume().once('end', () => {
  open = false;
});
for (let turn = 0; open; turn++) {
  track(ask('fast', paths[turn % paths.length] ?? '/'));
  if (wants.has('slow') && turn % 50 === 0) track(ask('slow', '/slow'));
  if (wants.has('upload') && turn % 200 === 0) track(ask('upload', '/', upload));
  nextAt = began + (turn + 1) * every;
  const due = nextAt - performance.now();
  if (due > 0) {
    await sleep(due);
    const late = performance.now() - nextAt;
    [heldUpMs, heldUpSince] = [Math.max(heldUpMs, late), Math.max(heldUpSince, late)];
  }
}
const seconds = (performance.now() - began) / 1_000;
await Promise.all(pending);
for (const close of closers) close();
await Promise.all([...sockets, ...streams]);
agent.destroy();
/** How many of each kind, by the word that a failure begins with. */
function lostOf(all: readonly string[]): Record<string, number> {
  const lost: Record<string, number> = {};
  for (const [kind = ''] of all.map((one) => one.split(':'))) lost[kind] = (lost[kind] ?? 0) + 1;
  return lost;
}
console.log(
  JSON.stringify({
    counts,
    failed: failures.length,
    failures: failures.slice(0, 10),
    lost: lostOf(failures),
    answered,
    longestGapMs: Math.round(longestGapMs),
    heldUpMs: Math.round(heldUpMs),
    gapAtSecond: Number((gapAt / 1_000).toFixed(1)),
    perSecond: Math.round((counts.fast ?? 0) / seconds),
    releases: releases.size,
  }),
);
