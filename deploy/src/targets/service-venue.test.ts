import { systemClock } from 'conductor-backup/retry';
import { expect, test } from 'vitest';
import type { Release } from '../model/release.ts';
import type { Service } from '../model/service.ts';
import { emptyMemory, prove, remember } from './memory.ts';
import { type ServiceDeployments, serviceVenue } from './service-venue.ts';

const release = { version: 'v20260101_000002' } as Release;
const unit = { name: 'web', services: [{ name: 'web' } as Service] };

/** A platform on which our deployment `ours` has failed and `other` serves; `before` is the release before. */
function takeBack(other: string) {
  let memory = prove(remember(emptyMemory, 'web', 'v20260101_000001', 'before'), 'web', 'v20260101_000001');
  memory = remember(memory, 'web', release.version, 'ours');
  const deployments: Partial<ServiceDeployments> = {
    platform: 'Platform',
    look: async () => ({ memory, services: new Map([['web', { newest: other, active: other }]]) }),
    read: async (_service, id) => ({ state: id === 'ours' ? 'failed' : 'live', detail: id }),
    restoreSettings: async () => {},
  };
  const venue = serviceVenue(deployments as ServiceDeployments, systemClock, async () => {});
  return venue.takeBack(unit, release, 'before');
}

test('a release is rolled back when the one before it serves', async () => {
  await expect(takeBack('before')).resolves.toBeUndefined();
});

test('it is not said to be rolled back when a deployment serves that nobody has begun through us', async () => {
  await expect(takeBack('stranger')).rejects.toThrow('stranger, which Conductor has not begun');
});

test('a way back that was called off half-way is gone again: what it had begun does not serve', async () => {
  const [earlier, later] = ['v20260101_000001', release.version];
  let memory = prove(remember(emptyMemory, 'web', earlier, 'before'), 'web', earlier);
  memory = remember(remember(memory, 'web', later, 'ours'), 'web', earlier, 'ended');
  const states: Record<string, 'live' | 'superseded'> = {
    before: 'superseded',
    ours: 'live',
    ended: 'superseded',
  };
  const asked: string[] = [];
  const deployments: Partial<ServiceDeployments> = {
    platform: 'Platform',
    look: async () => {
      const active = Object.keys(states).find((id) => states[id] === 'live') ?? null;
      return { memory, services: new Map([['web', { newest: states.again ? 'again' : 'ended', active }]]) };
    },
    remember: async (next) => {
      memory = next;
    },
    read: async (_service, id) => ({ state: states[id] ?? 'unknown', detail: id }),
    restoreSettings: async () => {},
    again: async (_service, id) => {
      asked.push(id);
      Object.assign(states, { ours: 'superseded', again: 'live' });
      return 'again';
    },
  };
  const venue = serviceVenue(deployments as ServiceDeployments, systemClock, async () => {});
  await venue.takeBack(unit, release, 'before');
  expect(asked).toEqual(['before']);
});

test('a service that has not begun is not said to be as before when somebody has deployed it meanwhile', async () => {
  const memory = prove(remember(emptyMemory, 'web', 'v20260101_000001', 'before'), 'web', 'v20260101_000001');
  const asked = (active: string) => {
    const deployments: Partial<ServiceDeployments> = {
      platform: 'Platform',
      look: async () => ({ memory, services: new Map([['web', { newest: active, active }]]) }),
      read: async (_service, id) => ({ state: 'live', detail: id }),
      restoreSettings: async () => {},
    };
    const venue = serviceVenue(deployments as ServiceDeployments, systemClock, async () => {});
    return venue.takeBack(unit, release, 'before');
  };
  await expect(asked('before')).resolves.toBeUndefined();
  await expect(asked('stranger')).rejects.toThrow('stranger, which Conductor has not begun');
});

test('what has become of a release is looked at anew, and of the services that are asked for alone', async () => {
  const asked: unknown[] = [];
  const deployments: Partial<ServiceDeployments> = {
    platform: 'Platform',
    look: async (one) => {
      asked.push(one);
      return { memory: emptyMemory, services: new Map() };
    },
    restoreSettings: async () => {},
  };
  const venue = serviceVenue(deployments as ServiceDeployments, systemClock, async () => {});
  await venue.confirmed([unit], release);
  await venue.takeBack(unit, release, null);
  expect(asked).toEqual([{ within: 0 }, { services: ['web'], within: 0 }]);
});
