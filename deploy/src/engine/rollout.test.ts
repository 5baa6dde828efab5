import { describe, expect, it } from 'vitest';
import type { Release } from '../model/release.ts';
import type { Service } from '../model/service.ts';
import type { Progress, Target } from '../targets/target.ts';
import { Rollout } from './rollout.ts';

const services = ['web', 'worker'].map((name) => ({ name }) as Service);
const release = { version: 'v20260101_000000' } as Release;

/** A target that says just this of a deploy. */
const saying = (...all: Progress[]): Rollout => {
  const target: Partial<Target> = {
    async *deploy() {
      yield* all;
    },
  };
  return new Rollout(target as Target, release, services, {}, () => {});
};
const of = (service: string, state: Progress['state'], detail: string = state): Progress => ({
  service,
  state,
  detail,
});

describe('a rollout is live', () => {
  it('when the last word on every service is that it is live', async () => {
    await saying(of('web', 'starting'), of('web', 'live'), of('worker', 'live')).toEnd();
  });

  it.each([
    ['it says nothing of one', [of('web', 'live')], 'worker: the target said nothing about it'],
    ['one is unknown', [of('web', 'live'), of('worker', 'unknown', 'lost')], 'worker: lost'],
    [
      'one is on its way',
      [of('web', 'live'), of('worker', 'starting', 'soon')],
      'worker: still starting, soon',
    ],
    ['one was taken over by another', [of('web', 'live'), of('worker', 'superseded')], 'worker: superseded'],
    ['one failed, and the others with it', [of('web', 'canceled'), of('worker', 'failed', 'x')], 'worker: x'],
    [
      'one is live no more',
      [of('web', 'live'), of('worker', 'live'), of('worker', 'failed', 'x')],
      'worker: x',
    ],
  ] as const)('not when %s', async (_what, all, message) => {
    await expect(saying(...all).toEnd()).rejects.toMatchObject({ code: 'deploy.not-live', exit: 4, message });
  });
});
