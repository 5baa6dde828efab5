import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Seen, underLoad } from './local/load.ts';
import { Project } from './local/project.ts';

/** Seconds from the first visitor to the moment when the release turns bad. */
const after = process.env.CONDUCTOR_STORIES === 'full' ? 10 : 2;
/** Seconds from then until the release before serves again, at most. */
const limit = 15;

/** Who answers at the public address and since when it is bad, asked until `stop`. */
async function follow(url: string, good: string, stop: AbortSignal) {
  let badSince: number | null = null;
  let backAt: number | null = null;
  while (!stop.aborted) {
    const answer = await fetch(url, { headers: { connection: 'close' } });
    const since = answer.headers.get('x-bad-since');
    if (since !== null) [badSince, backAt] = [Number(since), null];
    else if (badSince !== null && answer.headers.get('x-release') === good) backAt ??= Date.now();
    await sleep(50);
  }
  return { badSince, backAt };
}

/** Deploys a good release and then one that turns bad, under a visitor. */
async function turnsBad(project: Project, fault: string) {
  const good = (await project.change(['deploy'])).version;
  project.write('fault.txt', `${fault} ${after}`);
  project.commit();
  const ended = new AbortController();
  let following: ReturnType<typeof follow> | undefined;
  let outcome: Awaited<ReturnType<Project['change']>> | undefined;
  const seen: Seen = await underLoad(project.url, { rate: 40, kinds: [] }, async () => {
    following = follow(project.url, good, ended.signal);
    outcome = await project.change(['deploy', '--bake', '60s'], 5);
    ended.abort();
  });
  const { badSince, backAt } = await following!;
  return { good, seen, outcome: outcome!, seconds: (backAt! - badSince!) / 1_000 };
}

test.concurrent.each([
  [
    'errors',
    'answers one of 20 requests with 500',
    /the metrics of web: \S+ % of \d+ answers failed \(before: 0\.0 %/,
  ],
  ['slow', 'takes five times as long', /the metrics of web: p95 is \d+ ms \(before: \d+ ms, bound: \d+ ms\)/],
  ['crash', 'has a worker that ends again and again', /worker restarted \d times \(bound: 2\)/],
])(
  `%s: a release that %s, ${after} s after its cutover, is taken back by itself`,
  async (fault, what, evidence) => {
    const project = await Project.sample('turning');
    try {
      const { good, seen, outcome, seconds } = await turnsBad(project, fault);
      console.log(`A release that ${what}: back after ${seconds.toFixed(1)} s; ${JSON.stringify(seen)}`);
      expect(outcome).toMatchObject({ verdict: 'rolled back', previous: good });
      expect(outcome.said.stderr).toMatch(evidence);
      expect(outcome.said.stderr).toContain(`Last lines of ${fault === 'crash' ? 'worker' : 'web'}:`);
      expect(seconds).toBeLessThan(limit);
      // What the bad release itself answered is counted apart; nothing was lost on the way there and back.
      expect(seen).toMatchObject({ failed: 0, failures: [], releases: 2 });
      expect((seen.counts.bad ?? 0) > 0).toBe(fault === 'errors');
      expect(await project.status()).toMatchObject({ state: 'live', release: { version: good } });
    } finally {
      await project.close();
    }
  },
);
