import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DiskKind, SmallDisk } from '../../../../../tests/setup/small-disk.ts';
import { LogFile } from './log-file.ts';

describe('a log that cannot be written', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'conductor-log-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('says how many lines were lost, and why, when it can be written again', () => {
    const path = join(folder, 'later', 'web.log');
    const log = new LogFile(path);
    log.append('one\ntwo\n');
    log.append('three\n');
    mkdirSync(join(folder, 'later'));
    log.append('four\n');
    log.append('five\n');
    expect(readFileSync(path, 'utf8')).toMatch(
      /^\[conductor \S+\] 3 lines were lost here: ENOENT.*\nfour\nfive\n$/,
    );
  });
});

describe.each<DiskKind>(['tmpfs', 'ext4'])('a log on a full %s', (kind) => {
  const missing = SmallDisk.missing(kind);

  it.skipIf(missing !== null)(missing ?? 'loses whole lines only, and counts them', () => {
    const disk = SmallDisk.make(kind, 8);
    try {
      const path = join(disk.path, 'web.log');
      const log = new LogFile(path);
      const line = (n: number) => `${n} ${'x'.repeat(996)}\n`;
      log.append(line(0));
      disk.fill();
      for (let n = 1; n <= 100; n++) log.append(line(n) + line(n + 1000));
      disk.makeRoom();
      log.append('room\n');
      const all = readFileSync(path, 'utf8').trimEnd().split('\n');
      expect(all.at(-1)).toBe('room');
      let kept = 0;
      let lost = 0;
      for (const each of all.slice(0, -1)) {
        const note =
          /^\[conductor \S+\] (\d+) lines? (?:was|were) lost here: there was no room on the disk$/.exec(each);
        if (note === null) {
          expect(each).toMatch(/^\d+ x{996}$/);
          kept++;
        } else lost += Number(note[1]);
      }
      expect(lost).toBeGreaterThan(100);
      expect(kept + lost).toBe(201);
    } finally {
      disk.remove();
    }
  });
});
