import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';

const source = path.join(import.meta.dirname, '../src');

/** The rooms, from the top down: each may use those of its own line and below it, never those above. */
const floors = [
  ['cli'],
  ['engine', 'watch', 'export', 'init'],
  ['backups'],
  ['environment'],
  ['plan', 'checks', 'targets', 'ledger', 'secrets', 'notify', 'domains'],
  ['switch'],
  ['config', 'gateway'],
  ['model', 'text', 'troubleshooting'],
];
const floorOf = (room: string): number => floors.findIndex((rooms) => rooms.includes(room));

/** Room of a file of `src`; null for those that lie in none. */
const roomOf = (file: string): string | null => {
  const [room, ...rest] = path.relative(source, file).split(path.sep);
  return rest.length === 0 ? null : room!;
};

async function importsAcrossRooms(): Promise<{ from: string; to: string; file: string }[]> {
  const found = [];
  for await (const name of glob('**/*.ts', { cwd: source })) {
    if (name.endsWith('.test.ts')) continue;
    const file = path.join(source, name);
    for (const [, target] of readFileSync(file, 'utf8').matchAll(/(?:from|import\() ?'(\.[^']+)'/g)) {
      const from = roomOf(file);
      const to = roomOf(path.resolve(path.dirname(file), target!));
      if (from && to && from !== to) found.push({ from, to, file: name });
    }
  }
  return found;
}

it('lets arrows between rooms point one way', async () => {
  const all = await importsAcrossRooms();
  expect(all.length).toBeGreaterThan(100);
  for (const { from, to } of all) {
    expect(floorOf(from), `${from} has no floor`).not.toBe(-1);
    expect(floorOf(to), `${to} has no floor`).not.toBe(-1);
  }
  expect(all.filter(({ from, to }) => floorOf(from) > floorOf(to))).toEqual([]);
});

it('keeps what everybody speaks of, and the config, free of targets', async () => {
  const all = await importsAcrossRooms();
  const low = ['model', 'config', 'plan', 'ledger'];
  expect(
    all.filter(({ from, to }) => low.includes(from) && ['targets', 'checks', 'backups'].includes(to)),
  ).toEqual([]);
});
