import { expect, it } from 'vitest';
import { VirtualClock } from '../../../backup/test/virtual-clock.ts';
import { poll } from './poll.ts';

/** When it was asked, in milliseconds after the start. */
async function asked(options: { readonly asked?: boolean; readonly until: number }): Promise<number[]> {
  const clock = new VirtualClock();
  const start = clock.now();
  const times: number[] = [];
  const read = async () => {
    times.push(clock.now() - start);
    return times.length === options.until || null;
  };
  await poll(read, { clock, within: 60_000, ...(options.asked && { asked: true }) });
  return times;
}

it('asks at once, then ever more seldom', async () => {
  expect(await asked({ until: 3 })).toEqual([0, 1_000, 2_500]);
});

it('waits first where it was just asked', async () => {
  expect(await asked({ asked: true, until: 2 })).toEqual([1_000, 2_500]);
});
