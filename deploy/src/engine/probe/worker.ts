import http from 'node:http';
import https from 'node:https';
import { getCACertificates } from 'node:tls';
import { parentPort, workerData } from 'node:worker_threads';
import { Measure } from './measure.ts';

/**
 * Asks the public address at a steady rate, in a thread of its own, so that nothing the deploy does can hold it up. Connections are
 * kept alive, as browsers keep theirs: what breaks them counts as a failure. It counts how late its own clock ran, too.
 */
const { routes, perSecond, patienceMs, pass, roots } = workerData as {
  routes: string[];
  perSecond: number;
  patienceMs: number;
  pass: Record<string, string>;
  roots?: string;
};
const port = parentPort!;
const measure = new Measure();
const agents = {
  'http:': new http.Agent({ keepAlive: true }),
  'https:': new https.Agent({
    keepAlive: true,
    // What the process believes by default is told to each of its threads apart.
    ...(roots !== undefined && { ca: [...getCACertificates('default'), roots] }),
  }),
};
const interval = 1000 / perSecond;
const start = performance.now();
const asked = new Set<Promise<void>>();
let turn = 0;
let latest = 0;
let stopping = false;
measure.begin(routes, start);

function ask(route: string): Promise<void> {
  const sentAt = performance.now();
  const { request } = route.startsWith('https:') ? https : http;
  const agent = agents[route.startsWith('https:') ? 'https:' : 'http:'];
  return new Promise((resolve) => {
    const ended = (status: number, release: string | null) => {
      measure.add({ route, sentAt, endedAt: performance.now(), status, release });
      resolve();
    };
    const asking = request(
      route,
      { agent, timeout: patienceMs, headers: { ...pass, 'user-agent': 'conductor-probe' } },
      (answer) => {
        const release = answer.headers['x-release'];
        answer.resume();
        answer.once('end', () => ended(answer.statusCode ?? 0, typeof release === 'string' ? release : null));
        // An answer that breaks off midway is none.
        answer.once('error', () => ended(0, null));
      },
    );
    asking.once('timeout', () => asking.destroy(new Error('timeout')));
    asking.once('error', () => ended(0, null));
    asking.end();
  });
}

function tick(): void {
  if (stopping) return;
  const due = start + turn * interval;
  latest = Math.max(latest, performance.now() - due);
  // Late by several turns: ask as often as was due, so that the promised rate is kept.
  while (start + turn * interval <= performance.now()) {
    const asking = ask(routes[turn++ % routes.length]!);
    asked.add(asking);
    asking.finally(() => asked.delete(asking));
  }
  setTimeout(tick, Math.max(0, start + turn * interval - performance.now()));
}

port.on('message', async (message: 'take' | 'stop') => {
  if (message === 'take') return port.postMessage(measure.take());
  stopping = true;
  const at = performance.now();
  const open = measure.result(at);
  await Promise.all(asked);
  const { sent, failed, longestGapMs } = measure.result(at);
  port.postMessage({
    sent,
    failed,
    longestGapMs: Math.max(open.longestGapMs, longestGapMs),
    lateMs: Math.round(latest),
  });
  port.close();
  for (const agent of Object.values(agents)) agent.destroy();
});
tick();
