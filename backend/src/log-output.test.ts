import { execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type DiskKind, SmallDisk } from '../../tests/setup/small-disk.ts';
import { eventually } from '../test/eventually.ts';
import { testEnvironment } from '../test/settings.ts';

const logUrl = new URL('./log.ts', import.meta.url).href;
const settingsUrl = new URL('./settings.ts', import.meta.url).href;

/**
 * A process that logs as the CRM's do: told `log <n>` it logs n lines of 100 and some bytes, and answers how many ms that held it up;
 * told `exit` it ends.
 */
const program = `
  const { createLog } = await import(${JSON.stringify(logUrl)});
  const { readSettings } = await import(${JSON.stringify(settingsUrl)});
  const log = createLog(readSettings(process.env), 'api');
  let next = 0;
  process.on('message', ({ lines, exit }) => {
    if (exit) process.exit(0);
    const began = performance.now();
    for (let n = 0; n < lines; n++) log.info({ n: next++, text: 'x'.repeat(100) }, 'said');
    process.send(performance.now() - began);
  });
`;

function start(path: string) {
  const output = openSync(path, 'a');
  const { PATH, TMPDIR, NODE_COMPILE_CACHE } = process.env;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    env: { PATH, TMPDIR, NODE_COMPILE_CACHE, ...testEnvironment({ LOG_LEVEL: 'info' }) },
    stdio: ['ignore', output, 'inherit', 'ipc'],
  });
  closeSync(output);
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return {
    /** ms that the process was held up by. */
    log: (lines: number) =>
      new Promise<number>((resolve, reject) => {
        child.once('message', (ms) => resolve(ms as number));
        void ended.then((code) => reject(new Error(`it ended with ${code}`)));
        child.send({ lines });
      }),
    exit: async () => {
      const began = performance.now();
      child.send({ exit: true });
      return { code: await ended, ms: performance.now() - began };
    },
  };
}

const many = 10_000;
/** ms for what takes some 50 where nothing fails. */
const quickly = 2_000;

describe('the log, where nothing can be written', () => {
  it.skipIf(!existsSync('/dev/full'))(
    `neither holds a process up nor ends it, also not at its end${existsSync('/dev/full') ? '' : ' (there is no /dev/full here)'}`,
    async () => {
      const speaker = start('/dev/full');
      for (let n = 0; n < 3; n++) expect(await speaker.log(many)).toBeLessThan(quickly);
      const { code, ms } = await speaker.exit();
      expect(code).toBe(0);
      expect(ms).toBeLessThan(quickly);
    },
  );

  it('loses nothing that a reader takes later, up to 4 MiB, and neither waits for one that hangs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'log-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const reader = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
    onTestFinished(() => closeSync(reader));
    const speaker = start(pipe);
    expect(await speaker.log(many)).toBeLessThan(quickly);
    let text = '';
    const buffer = Buffer.alloc(64 * 1024);
    await eventually('all lines', async () => {
      try {
        text += buffer.toString('utf8', 0, readSync(reader, buffer));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      }
      return text.split('\n').length - 1 === many;
    });
    expect(
      text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line).n),
    ).toEqual(Array.from({ length: many }, (_, n) => n));
    for (let n = 0; n < 3; n++) expect(await speaker.log(many)).toBeLessThan(quickly);
    const { code, ms } = await speaker.exit();
    expect(code).toBe(0);
    expect(ms).toBeLessThan(quickly);
  });

  const kinds: readonly DiskKind[] = ['tmpfs', 'ext4'];
  for (const kind of kinds) {
    const missing = SmallDisk.missing(kind);
    it.skipIf(missing !== null)(
      `goes on by itself on a ${kind} with room again, in whole lines, and tells how many were lost${missing === null ? '' : ` (${missing})`}`,
      async () => {
        const disk = SmallDisk.make(kind, 16);
        onTestFinished(() => disk.remove());
        const file = join(disk.path, 'log');
        const speaker = start(file);
        await speaker.log(1);
        disk.fill();
        for (let n = 0; n < 3; n++) expect(await speaker.log(many)).toBeLessThan(quickly);
        disk.makeRoom();
        const lines = () => readFileSync(file, 'utf8').split('\n').slice(0, -1);
        await eventually('the loss to be told', async () => (lines().at(-1) ?? '').includes('lost here'));
        await speaker.log(1);
        expect(await speaker.exit()).toMatchObject({ code: 0 });
        const said = lines().map((line) => JSON.parse(line) as { n?: number; level: string; msg: string });
        const told = said.filter(({ msg }) => msg.includes('lost here'));
        const lost = told.reduce((sum, { msg }) => sum + Number.parseInt(msg, 10), 0);
        const kept = said.filter(({ msg }) => msg === 'said');
        // The last block of the file can have a little room left, so that they are lost in two places.
        expect(told.at(-1)).toMatchObject({ level: 'warn', msg: expect.stringMatching(/ENOSPC$/) });
        expect(kept.length + lost).toBe(3 * many + 2);
        expect(lost).toBeGreaterThan(0);
        expect(kept.at(-1)?.n).toBe(3 * many + 1);
      },
    );
  }
});
