import type { Clock } from 'conductor-backup/retry';
import { describe, expect, it } from 'vitest';
import type { Release } from '../model/release.ts';
import type { Service } from '../model/service.ts';
import type { State } from '../model/state.ts';
import { type Reading, rollout, type Unit, type Venue } from './rollout.ts';

const release = { version: 'v20260101_000000' } as Release;
const services = ['web', 'worker'].map((name) => ({ name }) as Service);
const units: Unit[] = services.map((service) => ({ name: service.name, services: [service] }));
const minute = 60_000;

/** A platform of which the readings of a unit are given, by the seconds since the start; hours pass at once. */
function place(say: (unit: string, second: number) => State) {
  let now = 0;
  const clock: Clock = {
    now: () => now,
    async sleep(ms) {
      now += ms;
    },
  };
  const takenBack: string[] = [];
  let confirmed = 0;
  const venue: Venue = {
    prepare: async () => {},
    waves: () => [units],
    previous: async () => new Map(units.map(({ name }) => [name, 'before'])),
    begin: async (wave) => wave.map(({ name }) => `new ${name}`),
    read: async (unit): Promise<Reading> => {
      const state = say(unit.name, now / 1_000);
      return { state, detail: `the platform says ${state}` };
    },
    confirm: async () => {
      confirmed++;
    },
    confirmed: async () => false,
    patience: () => 10 * minute,
    takeBack: async ({ name }) => {
      takenBack.push(name);
    },
    evidence: async () => ({ reasons: [], lines: [] }),
  };
  async function states(): Promise<Record<string, State>> {
    const last: Record<string, State> = {};
    for await (const { service, state } of rollout(venue, release, services, new AbortController().signal, {
      clock,
    }))
      if (service !== null) last[service] = state;
    return last;
  }
  return { states, takenBack, confirmations: () => confirmed, seconds: () => now / 1_000 };
}

describe('a release on a platform', () => {
  it('is live when each of its services is, and still is a moment later', async () => {
    const at = place((_unit, second) => (second < 30 ? 'building' : 'live'));
    expect(await at.states()).toEqual({ web: 'live', worker: 'live' });
    expect([at.confirmations(), at.takenBack]).toEqual([1, []]);
    expect(at.seconds()).toBeGreaterThanOrEqual(40);
  });

  it('is rolled back where one says nothing that we know until the time is up', async () => {
    const at = place((unit) => (unit === 'web' ? 'live' : 'unknown'));
    expect(await at.states()).toEqual({ web: 'canceled', worker: 'failed' });
    expect([at.confirmations(), at.takenBack]).toEqual([0, ['web', 'worker']]);
    expect(at.seconds()).toBeGreaterThanOrEqual(600);
  });

  it('is rolled back where one dies as soon as it has become live', async () => {
    const at = place((unit, second) => (unit === 'worker' && second > 5 ? 'failed' : 'live'));
    expect(await at.states()).toEqual({ web: 'canceled', worker: 'failed' });
    expect([at.confirmations(), at.takenBack]).toEqual([0, ['web', 'worker']]);
  });

  it.each(['failed', 'canceled', 'superseded'] as const)(
    'is rolled back as soon as one is %s',
    async (state) => {
      const at = place((unit, second) => (unit === 'web' ? 'building' : second < 20 ? 'starting' : state));
      expect(Object.values(await at.states())).not.toContain('live');
      expect([at.confirmations(), at.takenBack]).toEqual([0, ['web', 'worker']]);
      expect(at.seconds()).toBeLessThan(60);
    },
  );
});
