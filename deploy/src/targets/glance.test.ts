import { expect, it } from 'vitest';
import { VirtualClock } from '../../../backup/test/virtual-clock.ts';
import { Glance } from './glance.ts';

function counting(clock = new VirtualClock()) {
  let reads = 0;
  return { clock, glance: new Glance(async () => ++reads, clock) };
}

it('asks once for what is wanted twice within a second', async () => {
  const { clock, glance } = counting();
  expect(await glance.read()).toBe(1);
  await clock.sleep(999);
  expect(await glance.read()).toBe(1);
  await clock.sleep(1);
  expect(await glance.read()).toBe(2);
});

it('asks anew where only what is so now counts, and after a change', async () => {
  const { glance } = counting();
  await glance.read();
  expect(await glance.read(0)).toBe(2);
  expect(await glance.read()).toBe(2);
  glance.forget();
  expect(await glance.read()).toBe(3);
});

it('does not remember an answer that crossed a change', async () => {
  const answers: (() => void)[] = [];
  const glance = new Glance(
    () => new Promise<number>((resolve) => answers.push(() => resolve(answers.length))),
    new VirtualClock(),
  );
  const crossed = glance.read();
  glance.forget();
  answers[0]!();
  expect(await crossed).toBe(1);
  const after = glance.read();
  answers[1]!();
  expect(await after).toBe(2);
});

it('knows what was just written', async () => {
  const { clock, glance } = counting();
  await glance.read();
  glance.know(7);
  expect(await glance.read()).toBe(7);
  await clock.sleep(1_000);
  expect(await glance.read()).toBe(2);
});
