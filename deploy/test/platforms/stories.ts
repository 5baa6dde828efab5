import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Service } from '../../src/model/service.ts';
import type { Target } from '../../src/targets/target.ts';
import {
  allLive,
  canary,
  services as commits,
  type DeployTest,
  deploy as deployCrm,
  first,
  type Platform,
  planFor,
  release,
  second,
  third,
  withImages,
  withSetting,
} from './crm.ts';
import { type Behaviour, type Fault, killedAt, randomFaults, seeded } from './twin.ts';

interface StoriesOptions {
  /** Faults that this platform is known for. */
  readonly faults: readonly Fault[];
  /** An empty account. */
  readonly open: () => Promise<Platform>;
  /** It runs images only. */
  readonly images?: boolean;
}

const full = process.env.CONDUCTOR_STORIES === 'full';
const patience = full ? 3_600_000 : 90_000;

/** A deployment whose release has this version does that. */
const onRelease =
  (version: string, behaviour: Behaviour, only?: string) =>
  (service: string, variables: Readonly<Record<string, string>>): Behaviour =>
    variables.CONDUCTOR_RELEASE === version && (!only || service === only) ? behaviour : 'good';

/** What every platform has to show with the whole CRM on it. */
export function platformStories(name: string, { open, faults, images = false }: StoriesOptions): void {
  const services = images ? withImages(commits) : commits;
  const deploy = (target: Target, version: string, options: DeployTest = {}) =>
    deployCrm(target, version, { services, ...options });

  describe(`the CRM on ${name}`, () => {
    let platform: Platform;
    let target: Target;
    beforeEach(async () => {
      platform = await open();
      target = await platform.target();
    });
    afterEach(async () => {
      await platform.close();
      expect([...new Set(platform.twin.violations)]).toEqual([]);
    });

    // What `apply` can do one by one, though a deploy needs none of it.
    const plan = async (wanted: readonly Service[] = services) => {
      const traits = { ...target.traits, selfContained: false };
      const { before, after } = await planFor(target, { wanted, traits });
      return [...before, ...after];
    };
    const serving = () => services.map((service) => platform.twin.serving(service.name));
    const all = (version: string) => services.map(() => version);

    it('goes from an empty account to live, with a plan that has nothing left to say', async () => {
      const before = await plan();
      expect(before.filter(({ kind }) => kind === 'service')).toHaveLength(4);
      expect((await deploy(target, first)).states).toEqual(allLive);
      expect(serving()).toEqual(all(first));
      expect(await plan()).toEqual([]);
      const observed = await target.inspect();
      expect(observed.live).toBe(first);
      expect(Object.keys(observed.urls).sort()).toEqual(['backend', 'frontend']);
    });

    it('gives each service its variables, references resolved or in the platform’s syntax', async () => {
      await deploy(target, first);
      const { services: observed } = await target.inspect();
      for (const { name, variables } of services) {
        const there = observed.find((service) => service.name === name)!.variables;
        expect(Object.keys(there).sort()).toEqual(Object.keys(variables).sort());
      }
    });

    it('never starts a build without its variables', async () => {
      const missing: string[] = [];
      platform.twin.behave = (service, variables) => {
        const known = services.find((one) => one.name === service);
        if (known && !('SECRET_KEY' in variables)) missing.push(service);
        return 'good';
      };
      await deploy(target, first);
      expect(missing).toEqual([]);
    });

    it('shows a changed setting, and that alone, and deploys it', async () => {
      await deploy(target, first);
      const changed = withSetting('LOG_LEVEL', 'debug', services);
      const changes = await plan(changed);
      expect(changes.map(({ kind }) => kind)).toEqual(services.map(() => 'variables'));
      for (const change of changes) {
        expect(change).toMatchObject({ set: { LOG_LEVEL: { value: 'debug' } }, unset: [] });
        expect(Object.keys((change as { set: object }).set)).toEqual(['LOG_LEVEL']);
        await target.apply(change);
      }
      expect(serving()).toEqual(all(first));
      expect((await deploy(target, second, { services: changed })).states).toEqual(allLive);
      expect(serving()).toEqual(all(second));
      expect(await plan(changed)).toEqual([]);
    });

    it.each([
      'build-fails',
      'fails-in-silence',
      'skipped',
      'canceled',
      'task-fails',
      'health-fails',
      'rejected',
      'crashes',
      'odd-word',
      'stuck',
    ] as const)('keeps the release before when a service of the new one: %s', async (behaviour) => {
      await deploy(target, first);
      const broken = behaviour === 'task-fails' ? 'backend' : 'worker';
      platform.twin.behave = onRelease(second, behaviour, broken);
      const { states, seen } = await deploy(target, second);
      expect(Object.values(states)).not.toContain('live');
      expect(states[broken]).toMatch(/^(failed|canceled)$/);
      expect(serving()).toEqual(all(first));
      expect((await target.inspect()).live).toBe(first);
      const late = behaviour === 'odd-word' || behaviour === 'stuck';
      const { detail } = seen.findLast((one) => one.service === broken)!;
      // Canceled by someone: on DigitalOcean that is the app, with all its services.
      const whole = behaviour === 'skipped' || behaviour === 'canceled';
      expect(detail).toMatch(late ? /not settled in time/ : whole ? /cancel|skipped/i : new RegExp(broken));
    });

    it('shows what someone has changed by hand', async () => {
      await deploy(target, first);
      platform.drift('worker', 'LOG_LEVEL', 'trace');
      const set = { LOG_LEVEL: { kind: 'plain', value: 'info' } };
      expect(await plan()).toEqual([{ kind: 'variables', service: 'worker', set, unset: [] }]);
      expect((await deploy(target, second)).states).toEqual(allLive);
      expect(await plan()).toEqual([]);
    });

    it.each(['health-fails', 'aborted'] as const)(
      'has the settings of the release that serves, secrets too, when a changed one failed: %s',
      async (how) => {
        await deploy(target, first);
        const before = platform.inventory();
        const secret = { kind: 'secret', value: `${canary}-changed` } as const;
        const changed = withSetting('LOG_LEVEL', 'debug', services).map((one) => ({
          ...one,
          start: [...one.start, '--changed'],
          drain: one.drain + 5,
          replicas: one.name === 'worker' ? 2 : one.replicas,
          variables: { ...one.variables, SMTP_PASSWORD: secret, ADDED: secret },
        }));
        const abort = new AbortController();
        if (how === 'health-fails') platform.twin.behave = onRelease(second, 'health-fails', 'worker');
        const { states } = await deploy(target, second, {
          services: changed,
          signal: abort.signal,
          onProgress: ({ service, state }) =>
            how === 'aborted' && service && state === 'starting' && abort.abort(),
        });
        expect(Object.values(states)).not.toContain('live');
        expect(serving()).toEqual(all(first));
        expect(platform.inventory()).toEqual(before);
        expect(await plan()).toEqual([]);
      },
    );

    it('leaves nothing running of a first release that fails', async () => {
      platform.twin.behave = onRelease(first, 'health-fails', 'worker');
      const { states } = await deploy(target, first);
      expect(Object.values(states)).not.toContain('live');
      expect(serving()).toEqual(services.map(() => null));
    });

    it('cancels on abort, at whatever state it comes', async () => {
      await deploy(target, first);
      for (const state of ['pending', 'building', 'starting'] as const) {
        const abort = new AbortController();
        const { states } = await deploy(target, second, {
          signal: abort.signal,
          onProgress: (progress) => progress.service && progress.state === state && abort.abort(),
        });
        expect(Object.values(states)).not.toContain('live');
        expect(serving()).toEqual(all(first));
      }
    });

    it('goes back to an earlier release with the settings of then, and forward again', async () => {
      await deploy(target, first);
      const changed = withSetting('LOG_LEVEL', 'debug', services);
      await deploy(target, second, { services: changed });
      expect((await deploy(target, first, { proven: true })).states).toEqual(allLive);
      expect(serving()).toEqual(all(first));
      expect(await plan()).toEqual([]);
      expect((await deploy(target, second, { services: changed, proven: true })).states).toEqual(allLive);
      expect(serving()).toEqual(all(second));
      expect(await plan(changed)).toEqual([]);
    });

    it('is live only as the release that was asked for, when the same one is deployed again', async () => {
      await deploy(target, first);
      const before = platform.inventory();
      expect((await deploy(await platform.target(), first)).states).toEqual(allLive);
      expect(serving()).toEqual(all(first));
      expect(platform.inventory()).toEqual(before);
    });

    it('plans four services and sixty variables with no more than 12 requests', async () => {
      await deploy(target, first);
      const fresh = await platform.target();
      const before = platform.twin.requests.length;
      await fresh.inspect();
      const used = platform.twin.requests.length - before;
      console.info(`${name}: inspect() takes ${used} requests`);
      expect(used).toBeGreaterThan(0);
      expect(used).toBeLessThanOrEqual(12);
    });

    it('shows no secret in progress, logs and what it observes, whatever happens', async () => {
      const shown: unknown[] = [];
      for (const [i, behaviour] of (['good', 'build-fails', 'health-fails', 'crashes'] as const).entries()) {
        const version = `v20261123_12000${i}`;
        platform.twin.behave = onRelease(version, behaviour);
        shown.push((await deploy(target, version)).seen);
        for await (const line of target.logs('backend', { lines: 50 })) shown.push(line);
      }
      shown.push(await target.inspect(), await target.check());
      expect(JSON.stringify(shown)).not.toContain(canary);
    });

    it('ends the same when killed at any request and run again, and makes nothing twice', {
      timeout: patience,
    }, async () => {
      await deploy(target, first);
      await deploy(target, second);
      const wanted = platform.inventory();
      const count = await boundaries(
        open,
        (on) => deploy(on, first),
        (on) => deploy(on, second),
      );
      const step = full ? 1 : Math.max(1, Math.floor(count / 8));
      for (let boundary = 0; boundary < count; boundary += step) {
        const other = await open();
        try {
          const { fetch, killed } = killedAt(boundary);
          const run = (async () => {
            await deploy(await other.target({ fetch }), first);
            await deploy(await other.target({ fetch }), second);
          })();
          // A run that outlives its boundary has come to its end.
          await Promise.race([killed, run]);
          // What the killed command has begun must not take over later from what is said to be live.
          expect((await deploy(await other.target(), first)).states).toEqual(allLive);
          await other.twin.clock.sleep(10 * 60_000);
          const now = services.map(({ name }) => other.twin.serving(name));
          expect(now, `killed at ${boundary}`).toEqual(all(first));
          await deploy(await other.target(), second);
          expect(other.inventory(), `killed at ${boundary}`).toEqual(wanted);
          expect(other.twin.violations).toEqual([]);
        } finally {
          await other.close();
        }
      }
    });

    it('is rolled back whole when killed at any request and then aborted', {
      timeout: patience,
    }, async () => {
      const count = await boundaries(open, (on) => deploy(on, first));
      const step = full ? 1 : Math.max(1, Math.floor(count / 8));
      for (let boundary = 0; boundary < count; boundary += step) {
        const other = await open();
        try {
          await deploy(await other.target(), first);
          const { fetch, killed } = killedAt(boundary);
          await Promise.race([killed, deploy(await other.target({ fetch }), second)]);
          const { states } = await deploy(await other.target(), second, { signal: AbortSignal.abort() });
          const now = services.map(({ name }) => other.twin.serving(name));
          const said = `killed at ${boundary}`;
          // It may have come to its end before it was killed; then it stays, and that is said.
          const live = Object.values(states).includes('live');
          expect(now, said).toEqual(all(live ? second : first));
          expect(Object.values(states), said).toEqual(services.map(() => (live ? 'live' : 'canceled')));
          expect(other.twin.violations).toEqual([]);
        } finally {
          await other.close();
        }
      }
    });

    it('never says live when it is not, under random faults, and always comes to an end', {
      timeout: patience,
    }, async () => {
      const verdicts = { live: 0, failed: 0, refused: 0 };
      // In short: until each of them has been seen, which takes a few.
      const isEnough = (runs: number) =>
        full ? runs === 200 : runs === 12 || (runs >= 4 && verdicts.live > 0 && verdicts.failed > 0);
      let seed = 0;
      while (!isEnough(seed)) {
        seed++;
        const other = await open();
        try {
          const random = seeded(seed);
          // From nothing, or from a release that serves.
          const fresh = random() < 0.25;
          if (!fresh) await deploy(await other.target(), first);
          const share = 0.01 + 0.29 * random();
          const good = seed % 2 === 1;
          other.twin.behave = good ? () => 'good' : onRelease(second, pick(random, troubles), 'worker');
          other.twin.lag = Math.floor(random() * 5_000);
          other.twin.faults = randomFaults(share, random, faults);
          const started = other.twin.clock.now();
          const outcome = await deploy(await other.target({ deadline: 150 }), second).then(
            ({ states }) => states,
            (error: Error) => error,
          );
          other.twin.faults = () => null;
          const before = fresh ? services.map(() => null) : all(first);
          const now = services.map(({ name }) => (other.isEmpty() ? null : servingOn(other, name)));
          const said = `seed ${seed}`;
          if (outcome instanceof Error) {
            verdicts.refused++;
            expect(outcome, said).toHaveProperty('code');
            expect(now, said).toEqual(before);
          } else if (Object.values(outcome).every((state) => state === 'live')) {
            verdicts.live++;
            expect(now, said).toEqual(all(second));
            expect(good, said).toBe(true);
          } else {
            verdicts.failed++;
            expect(Object.values(outcome), said).not.toContain('live');
            if (!Object.values(outcome).includes('unknown')) expect(now, said).toEqual(before);
          }
          expect(other.twin.clock.now() - started, said).toBeLessThan(4 * 3_600_000);
          expect(other.twin.violations, said).toEqual([]);
        } finally {
          await other.close();
        }
      }
      console.info(`${name}: ${seed} runs under faults: ${JSON.stringify(verdicts)}`);
      expect(verdicts.live).toBeGreaterThan(0);
      expect(verdicts.failed).toBeGreaterThan(0);
    });

    it('takes a third release like the second', async () => {
      for (const version of [first, second, third]) {
        expect((await deploy(target, version, { release: release(version) })).states).toEqual(allLive);
        expect(serving()).toEqual(all(version));
      }
    });
  });
}

/** Null too for a service that is not there. */
function servingOn({ twin }: Platform, name: string): string | null {
  try {
    return twin.serving(name);
  } catch {
    return null;
  }
}

const troubles: readonly Behaviour[] = ['build-fails', 'health-fails', 'crashes', 'rejected', 'odd-word'];
const pick = <T>(random: () => number, list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

/** How many boundaries two deploys have: before and after each request. */
async function boundaries(
  open: () => Promise<Platform>,
  ...deploys: ((target: Target) => Promise<unknown>)[]
): Promise<number> {
  const platform = await open();
  try {
    const { fetch, requests } = killedAt(Number.POSITIVE_INFINITY);
    for (const run of deploys) await run(await platform.target({ fetch }));
    return requests() * 2;
  } finally {
    await platform.close();
  }
}
