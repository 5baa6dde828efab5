import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Release } from '../src/model/release.ts';
import type { Service } from '../src/model/service.ts';
import type { State } from '../src/model/state.ts';
import type { Progress, Target } from '../src/targets/target.ts';

/** A place to test on, with services that behave as asked. Each test gets a fresh one. */
export interface Bench {
  /** A target for the place; called again, another one for the same place, as the next command makes it. */
  target(): Promise<Target>;
  /** A service that takes public requests on `/` and answers with its release's version in `X-Release`. */
  service(behaviour: 'good' | 'crash' | 'unhealthy'): Service;
  /** A release of that version. */
  release(version: string): Release;
  close(): Promise<void>;
}

const settledStates: readonly State[] = ['live', 'failed', 'canceled', 'superseded', 'unknown'];
const canary = 'canary-7f3a9c51e0d24b68';

/** What every target promises. A target's own test runs it: `targetContract('local', openBench)`. */
export function targetContract(name: string, open: () => Promise<Bench>): void {
  describe(`${name} keeps the target's promises`, () => {
    let bench: Bench;
    let target: Target;
    beforeEach(async () => {
      bench = await open();
      target = await bench.target();
    });
    afterEach(() => bench.close());

    const first = 'v20260101_000000';
    const second = 'v20260101_000100';
    const never = new AbortController().signal;

    async function run(version: string, service: Service, signal: AbortSignal = never): Promise<Progress[]> {
      const seen: Progress[] = [];
      for await (const progress of target.deploy(bench.release(version), [service], signal))
        seen.push(progress);
      return seen;
    }
    const lastOf = (seen: readonly Progress[], service: Service) =>
      seen.findLast((progress) => progress.service === service.name)?.state;
    /** Which version answers a new visitor at the public address. */
    async function served(service: Service): Promise<string | null> {
      const url = (await target.inspect()).urls[service.name];
      if (url === undefined) return null;
      const answer = await fetch(url, { headers: { connection: 'close' } });
      return answer.headers.get('x-release');
    }

    it('is live only when the new release takes the requests', async () => {
      const service = bench.service('good');
      const seen = await run(first, service);
      expect(lastOf(seen, service)).toBe('live');
      expect((await target.inspect()).live).toBe(first);
      expect(await served(service)).toBe(first);
    });

    it('ends with one settled state for each service, and says nothing of it after that', async () => {
      for (const behaviour of ['good', 'crash'] as const) {
        const service = bench.service(behaviour);
        const seen = await run(behaviour === 'good' ? first : second, service);
        const own = seen.filter((progress) => progress.service === service.name);
        expect(own.filter(({ state }) => settledStates.includes(state))).toHaveLength(1);
        expect(settledStates).toContain(own.at(-1)?.state);
      }
    });

    it('joins what is there when the same release is deployed again', async () => {
      const service = bench.service('good');
      await run(first, service);
      target = await bench.target();
      const seen = await run(first, service);
      expect(lastOf(seen, service)).toBe('live');
      expect((await target.inspect()).services.map(({ restarts }) => restarts)).toEqual([0]);
    });

    it('replaces a release by the next, and goes back to an earlier one in the same way', async () => {
      const service = bench.service('good');
      for (const version of [first, second, first]) {
        await run(version, service);
        expect(await served(service)).toBe(version);
        expect((await target.inspect()).services).toMatchObject([
          { name: service.name, version, state: 'live' },
        ]);
      }
    });

    it.each(['crash', 'unhealthy'] as const)(
      'keeps the old release when the new one is a %s',
      async (behaviour) => {
        const service = bench.service('good');
        await run(first, service);
        const bad = bench.service(behaviour);
        const seen = await run(second, bad);
        expect(lastOf(seen, bad)).toBe('failed');
        expect((await target.inspect()).live).toBe(first);
        expect(await served(service)).toBe(first);
      },
    );

    it('stands at the gate with the old release serving, and can be rolled back there', async () => {
      const service = bench.service('good');
      await run(first, service);
      const abort = new AbortController();
      let atGate: string | null | undefined;
      const seen: Progress[] = [];
      for await (const progress of target.deploy(bench.release(second), [service], abort.signal)) {
        seen.push(progress);
        if (progress.gate !== 'cutover') continue;
        atGate = await served(service);
        abort.abort();
      }
      // A place that cuts over by itself yields no gate; it is then live, and that is said truthfully.
      if (atGate === undefined) return expect(await served(service)).toBe(second);
      expect(atGate).toBe(first);
      expect(lastOf(seen, service)).toBe('canceled');
      expect((await target.inspect()).live).toBe(first);
      expect(await served(service)).toBe(first);
    });

    it('takes back what a killed deploy left, when it is called with an aborted signal', async () => {
      const service = bench.service('good');
      await run(first, service);
      for await (const progress of target.deploy(bench.release(second), [service], never)) {
        if (progress.gate === 'cutover') break;
      }
      target = await bench.target();
      await run(second, service, AbortSignal.abort());
      const { live } = await target.inspect();
      expect(await served(service)).toBe(live);
    });

    it('applies a change twice as once', async () => {
      const service = bench.service('good');
      const variables = {
        kind: 'variables',
        service: service.name,
        set: service.variables,
        unset: [],
      } as const;
      for (const change of [{ kind: 'service', action: 'create', service } as const, variables]) {
        await target.apply(change);
        await target.apply(change);
      }
      await run(first, service);
      expect((await target.inspect()).services.map(({ name }) => name)).toEqual([service.name]);
    });

    it('shows a secret nowhere', async () => {
      const good = bench.service('good');
      const secret = { SECRET_CANARY: { kind: 'secret', value: canary } } as const;
      const shown: unknown[] = [];
      for (const [version, behaviour] of [
        [first, 'good'],
        [second, 'crash'],
      ] as const) {
        const service = bench.service(behaviour);
        const withSecret = { ...service, variables: { ...service.variables, ...secret } };
        shown.push(await run(version, withSecret));
        for await (const line of target.logs(good.name, { lines: 100, version })) shown.push(line);
      }
      const observed = await target.inspect();
      expect(JSON.stringify([shown, observed])).not.toContain(canary);
      expect(observed.services[0]?.variables.SECRET_CANARY).toHaveProperty('fingerprint');
    });

    it('tells what services wrote, the last lines of it', async () => {
      const service = bench.service('good');
      await run(first, service);
      const lines: string[] = [];
      for await (const { text } of target.logs(service.name, { lines: 1, version: first })) lines.push(text);
      expect(lines).toHaveLength(1);
    });

    it('checks and inspects without changing anything', async () => {
      const before = await target.inspect();
      await target.check();
      expect(await target.inspect()).toEqual(before);
    });
  });
}
