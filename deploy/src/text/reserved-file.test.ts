import {
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DiskKind, SmallDisk } from '../../../tests/setup/small-disk.ts';
import { removeReserved, replaceReserved } from './reserved-file.ts';

describe('a reserved file', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'conductor-reserved-'));
    path = join(folder, 'state.json');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const read = () => JSON.parse(readFileSync(path, 'utf8'));

  it('holds what was written last, whatever its length and its characters', () => {
    for (const value of ['short', 'é'.repeat(40_000), '€', 'x'.repeat(100_000), '']) {
      replaceReserved(path, JSON.stringify(value), { durable: value.length % 2 === 0 });
      expect(read()).toBe(value);
    }
    expect(readdirSync(folder).sort()).toEqual(['state.json', 'state.json.next']);
  });

  it('takes over a file that was written without a reserve', () => {
    writeFileSync(path, '"old"');
    replaceReserved(path, '"new"');
    expect(read()).toBe('new');
  });

  it('goes on wherever a writer was killed', () => {
    const [next, last] = [`${path}.next`, `${path}.last`];
    const kills: Record<string, () => void> = {
      'before the exchange': () => writeFileSync(next, '"half'),
      'after the link': () => linkSync(path, last),
      'after the exchange': () => {
        linkSync(path, last);
        renameSync(next, path);
      },
    };
    for (const [when, kill] of Object.entries(kills)) {
      replaceReserved(path, '"before"');
      replaceReserved(path, '"before"');
      kill();
      expect(read(), when).toBe('before');
      replaceReserved(path, '"after"');
      expect(read(), when).toBe('after');
      expect(readdirSync(folder).sort(), when).toEqual(['state.json', 'state.json.next']);
    }
  });

  it('is gone when it was removed', () => {
    replaceReserved(path, '"there"');
    removeReserved(path);
    expect(existsSync(path)).toBe(false);
    removeReserved(path);
  });
});

describe.each<DiskKind>(['tmpfs', 'ext4'])('on a full %s', (kind) => {
  const missing = SmallDisk.missing(kind);

  it.skipIf(missing !== null)(
    missing ?? 'is written, removed and written again, and says when it has outgrown its place',
    () => {
      const disk = SmallDisk.make(kind, 8);
      try {
        const path = join(disk.path, 'state.json');
        const read = () => JSON.parse(readFileSync(path, 'utf8'));
        const value = 'x'.repeat(50_000);
        replaceReserved(path, JSON.stringify(value), { durable: true });
        disk.fill();
        expect(() => writeFileSync(join(disk.path, 'probe'), 'x'.repeat(5_000))).toThrow(/ENOSPC/);
        for (let turn = 0; turn < 50; turn++) {
          replaceReserved(path, JSON.stringify(`${turn} ${value}`), { durable: true });
          expect(read()).toBe(`${turn} ${value}`);
          disk.fill();
        }
        removeReserved(path);
        disk.fill();
        replaceReserved(path, JSON.stringify('again'), { durable: true });
        replaceReserved(path, JSON.stringify(value), { durable: true });
        expect(read()).toBe(value);
        expect(() => replaceReserved(path, JSON.stringify(value.repeat(20)))).toThrow(/ENOSPC/);
        expect(read()).toBe(value);
        disk.makeRoom();
        replaceReserved(path, JSON.stringify(value.repeat(20)));
        expect(read()).toBe(value.repeat(20));
      } finally {
        disk.remove();
      }
    },
  );
});
