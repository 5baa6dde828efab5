import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { deploy, lastOf } from '../testing/deploy.ts';
import { TestPlace } from '../testing/place.ts';
import { logPath, tail } from './log-file.ts';

const version = 'v20260101_000000';

let place: TestPlace;
beforeEach(async () => {
  place = await TestPlace.open();
});
afterEach(() => place.close());

/** Deploys a service that runs a program of its own. */
async function run(program: string, rest: Parameters<TestPlace['service']>[1] = {}) {
  writeFileSync(join(place.root, 'talk.mjs'), program);
  const { health: _, ...service } = place.service('good', {
    start: ['node', 'talk.mjs'],
    paths: [],
    ...rest,
  });
  return deploy(place.target(), place.release(version), [service]);
}
const log = (service = 'web') => logPath(place.paths.logs, service, version);
const keeper = async () => (await place.host.observe())?.keeper ?? null;
async function until(isSo: () => boolean | Promise<boolean>) {
  const late = performance.now() + 20_000;
  while (!(await isSo())) {
    if (performance.now() > late) throw new Error('it did not become so in 20 s');
    await sleep(20);
  }
}

/** Numbered lines of 100 bytes, 4 MB a second, written as a whole each 5 ms; then "done". */
const talker = (lines: number) => `
  let n = 0;
  const began = performance.now();
  const timer = setInterval(() => {
    let text = '';
    const due = Math.min(${lines}, Math.floor((performance.now() - began) * 40));
    for (; n < due; n++) text += String(n).padStart(8) + ' ' + 'x'.repeat(90) + '\\n';
    process.stdout.write(text);
    if (n === ${lines}) { clearInterval(timer); console.log('done'); setInterval(() => {}, 1000); }
  }, 5);
`;
const numbers = (...pieces: string[]) =>
  (pieces.length === 0 ? [log()] : pieces)
    .map((piece) => readFileSync(piece, 'utf8'))
    .join('')
    .split('\n')
    // Whole ones: of a line that lost its beginning another number would be left.
    .filter((line) => /^[ \d]{8} x{90}$/.test(line))
    .map(Number.parseFloat);

it('loses no line of a service that writes 4 MB a second', async () => {
  await run(talker(120_000));
  await until(() => tail(log(), 1)[0] === 'done');
  expect(numbers()).toEqual(Array.from({ length: 120_000 }, (_, n) => n));
});

it('loses no more than what a killed keeper has just read', async () => {
  await run(talker(120_000));
  for (let kills = 0; kills < 3; kills++) {
    await until(async () => (await keeper()) !== null);
    const before = (await keeper()) ?? 0;
    process.kill(before, 'SIGKILL');
    await until(async () => ![null, before].includes(await keeper()));
  }
  await until(() => tail(log(), 1)[0] === 'done');
  const got = numbers();
  // A line that was cut in two is none of them, and what was read and not yet written is one piece of at most 64 KiB.
  expect(got.length).toBeGreaterThan(120_000 - 3 * 660);
  expect(got).toEqual(got.toSorted((a, b) => a - b));
});

it('has the last words of a process in its log when its end is told, half a line included', async () => {
  const program = `
    const fs = await import('node:fs');
    for (let n = 0; n < 5000; n++) fs.writeSync(2, n + '\\n');
    fs.writeSync(2, 'the very last');
    process.exit(3);
  `;
  for (let turn = 0; turn < 5; turn++) {
    const seen = await run(program);
    expect(lastOf(seen, 'web')).toMatch(/^failed: .*ended with exit code 3$/);
    expect(tail(log(), 3).slice(0, 2)).toEqual(['4999', 'the very last']);
    expect(tail(log(), 1)[0]).toMatch(/^\[conductor .*\] web ended with exit code 3$/);
  }
});

it('moves a log aside that has grown too long, without losing a line', async () => {
  await run(talker(250_000));
  await until(() => tail(log(), 1)[0] === 'done');
  expect(statSync(`${log()}.1`).size).toBeGreaterThan(16 * 1024 * 1024);
  expect(numbers(`${log()}.1`, log())).toEqual(Array.from({ length: 250_000 }, (_, n) => n));
}, 60_000);
