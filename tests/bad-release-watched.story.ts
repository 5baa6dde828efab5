import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Seen, underLoad } from './local/load.ts';
import { Project } from './local/project.ts';

/** Seconds from the first visitor to the moment when the release turns bad. */
const after = process.env.CONDUCTOR_STORIES === 'full' ? 10 : 2;
/** Seconds from then until the release before serves again, at most. */
const limit = 15;

/**
 * Asks who answers at the public address until `stop`, and until the good release does. Gives the seconds from the moment when the other
 * turned bad to the first good answer after its last one.
 * @throws {Error} when it never was bad, or the release before has not come back: there is no time to compare then.
 */
async function secondsBad(url: string, good: string, stop: AbortSignal): Promise<number> {
  let badSince: number | null = null;
  let backAt: number | null = null;
  let until = Number.POSITIVE_INFINITY;
  // An answer of the bad release may be the last one before the command ends: who came back is asked for until it answers.
  stop.addEventListener('abort', () => {
    until = Date.now() + limit * 1_000;
  });
  while (!stop.aborted || (backAt === null && Date.now() < until)) {
    const answer = await fetch(url, { headers: { connection: 'close' } });
    const since = answer.headers.get('x-bad-since');
    if (since !== null) [badSince, backAt] = [Number(since), null];
    else if (badSince !== null && answer.headers.get('x-release') === good) backAt ??= Date.now();
    await sleep(50);
  }
  if (badSince === null) throw new Error('No answer said that the release had turned bad.');
  if (backAt === null) throw new Error(`${good} did not answer again after the other turned bad.`);
  return (backAt - badSince) / 1_000;
}

/** Deploys a good release and then one that turns bad, under a visitor. */
async function turnsBad(project: Project, fault: string) {
  // What its gateway answers is all that is known of this one.
  if (fault === 'pages') project.edit('conductor.config.ts', /^ *metrics: .*\n/m, '');
  const good = (await project.change(['deploy'])).version;
  project.write('fault.txt', `${fault} ${after}`);
  project.commit();
  const ended = new AbortController();
  let bad = Promise.resolve(Number.NaN);
  let outcome: Awaited<ReturnType<Project['change']>> | undefined;
  const seen: Seen = await underLoad(project.url, { rate: 40, kinds: [] }, async () => {
    bad = secondsBad(project.url, good, ended.signal);
    // Who waits for it comes later; until then nobody else may hear of its failure.
    bad.catch(() => {});
    try {
      outcome = await project.change(['deploy', '--bake', '60s'], 5);
    } finally {
      ended.abort();
    }
  });
  return { good, seen, outcome: outcome!, seconds: await bad };
}

test.concurrent.each([
  [
    'errors',
    'answers one of 20 requests with 500',
    /the metrics of web: \S+ % of \d+ answers failed \(before: 0\.0 %/,
  ],
  [
    'pages',
    'answers three of 10 requests with 500, and has no metrics that tell',
    /the traffic of web: \S+ % of \d+ answers failed \(before: 0\.0 %/,
  ],
  ['slow', 'takes five times as long', /the metrics of web: p95 is \d+ ms \(before: \d+ ms, bound: \d+ ms\)/],
  ['crash', 'has a worker that ends again and again', /worker restarted \d times \(bound: 2\)/],
])(
  `%s: a release that %s, ${after} s after its cutover, is rolled back by itself`,
  async (fault, what, evidence) => {
    const project = await Project.sample('turning');
    try {
      const { good, seen, outcome, seconds } = await turnsBad(project, fault);
      console.log(`A release that ${what}: back after ${seconds.toFixed(1)} s; ${JSON.stringify(seen)}`);
      expect(outcome).toMatchObject({ verdict: 'rolled back', previous: good });
      expect(outcome.said.stderr).toMatch(evidence);
      expect(outcome.said.stderr).toContain(`Last lines of ${fault === 'crash' ? 'worker' : 'web'}:`);
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThan(limit);
      // What the bad release itself answered is counted apart; nothing was lost on the way there and back.
      expect(seen).toMatchObject({ failed: 0, failures: [], releases: 2 });
      expect((seen.counts.bad ?? 0) > 0).toBe(['errors', 'pages'].includes(fault));
      expect(await project.status()).toMatchObject({ state: 'live', release: { version: good } });
    } finally {
      await project.close();
    }
  },
);
