import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type DiskKind, SmallDisk } from '../../../tests/setup/small-disk.ts';
import { FileLock } from './file-lock.ts';
import { appendLine, readLines } from './jsonl.ts';
import type { Lock } from './lock.ts';

const lock: Lock = {
  id: 'one',
  token: 1,
  by: { user: 'ana', host: 'laptop' },
  pid: 1,
  process: null,
  started: null,
  since: '2026-01-01T00:00:00.000Z',
  renewed: '2026-01-01T00:00:00.000Z',
  beat: 0,
  patience: 60_000,
  reason: 'test',
  released: false,
};

describe.each<DiskKind>(['tmpfs', 'ext4'])('on a full %s', (kind) => {
  const missing = SmallDisk.missing(kind);
  const test = (name: string, body: (disk: SmallDisk) => Promise<void>) =>
    it.skipIf(missing !== null)(missing === null ? name : `${name} (${missing})`, async () => {
      const disk = SmallDisk.make(kind, 8);
      try {
        await body(disk);
      } finally {
        disk.remove();
      }
    });

  test('a line is written whole or not at all, and the next one when there is room', async (disk) => {
    const file = join(disk.path, 'ledger.jsonl');
    const text = 'x'.repeat(3_000);
    let written = 0;
    await appendLine(file, { n: written++, text });
    disk.fill();
    let failed = 0;
    for (let n = 0; n < 5; n++) {
      await appendLine(file, { n: written, text }).then(
        () => written++,
        (error: NodeJS.ErrnoException) => {
          expect(error.code).toBe('ENOSPC');
          failed++;
        },
      );
      disk.fill();
    }
    expect(failed).toBeGreaterThan(2);
    expect(readFileSync(file, 'utf8').endsWith('\n')).toBe(true);
    disk.makeRoom();
    await appendLine(file, { n: written++, text });
    const lines = await readLines(file, z.object({ n: z.number(), text: z.string() }));
    expect(lines.map(({ n }) => n)).toEqual(Array.from({ length: written }, (_, n) => n));
  });

  test('the lock that is held is renewed, and nobody gets another one', async (disk) => {
    const place = new FileLock(join(disk.path, 'lock'), 'production');
    expect(await place.write(lock, undefined)).toBeDefined();
    disk.fill();
    for (let turn = 0; turn < 30; turn++) {
      const written = await place.write({ ...lock, beat: turn }, await place.read());
      expect(written).toBeDefined();
      disk.fill();
      expect(await place.read()).toMatchObject({ version: written, record: { beat: turn } });
    }
    await expect(place.write({ ...lock, id: 'two', token: 2 }, await place.read())).rejects.toThrow('ENOSPC');
    expect((await place.read())?.record).toMatchObject({ id: 'one' });
    disk.makeRoom();
    expect(await place.write({ ...lock, id: 'two', token: 2 }, await place.read())).toBeDefined();
    expect((await place.read())?.record).toMatchObject({ id: 'two' });
  });
});
