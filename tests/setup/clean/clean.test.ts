import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { SmallDisk } from '../small-disk.ts';
import { belongingTo, canLook } from './belongings.ts';
import { mountsBelow } from './mounts.ts';

const vitest = join(import.meta.dirname, '../../../node_modules/vitest/vitest.mjs');
const config = join(import.meta.dirname, 'fixture/vitest.config.ts');

/** Runs files of the fixture as a run of their own, in a temporary folder of its own. */
function start(...files: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'f-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { CONDUCTOR_TEST_RUN: _run, VITEST: _vitest, ...env } = process.env;
  const child = spawn(process.execPath, [vitest, 'run', '--config', config, ...files], {
    env: { ...env, TMPDIR: folder, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = Promise.all([
    new Promise<number | null>((resolve) => child.once('exit', resolve)),
    text(child.stdout),
    text(child.stderr),
  ]).then(([code, out, err]) => ({ code, said: stripVTControlCharacters(out + err) }));
  return { folder, child, ended };
}

it('a run that leaves nothing is green', async () => {
  const { folder, ended } = start('clean');
  const { code, said } = await ended;
  expect(said).toContain('1 passed, 0 failed, 0 skipped');
  expect(code).toBe(0);
  expect(readdirSync(folder).filter((name) => name.startsWith('run-'))).toEqual([]);
});

it('a file that leaves a folder fails, by its name, and the folder is removed', async () => {
  const { folder, ended } = start('folder');
  const { code, said } = await ended;
  expect(said).toMatch(/This file left behind left-\w+ in the temporary folder\./);
  expect(said).toContain('FAIL  folder.leaves.ts');
  expect(said).toContain('1 passed, 1 failed, 0 skipped');
  expect(code).toBe(1);
  expect(readdirSync(folder).filter((name) => name.startsWith('run-'))).toEqual([]);
});

const why = 'only Linux says what a process was started with';
it('a file that leaves a process fails, by its name, with its port, and the process is ended', async (context) => {
  context.skip(!canLook, why);
  const { folder, ended } = start('process');
  const { code, said } = await ended;
  expect(said).toMatch(/This file left behind process \d+ listening on \d+ \(/);
  expect(said).toContain('1 passed, 1 failed, 0 skipped');
  expect(code).toBe(1);
  expect(belongingTo(folder)).toEqual([]);
});

it('what a killed test leaves is ended, and the run fails, naming the file', async (context) => {
  context.skip(!canLook, why);
  const { folder, ended } = start('killed');
  const { code, said } = await ended;
  expect(said).toMatch(/killed\.leaves\.ts left behind process \d+ listening on \d+/);
  expect(code).toBe(1);
  expect(belongingTo(folder)).toEqual([]);
});

const noDisk = SmallDisk.missing('ext4');
it('a file system that a killed test leaves is unmounted, and the run fails, naming it', async (context) => {
  context.skip(noDisk !== null, noDisk ?? '');
  const { folder, ended } = start('mount');
  const { code, said } = await ended;
  expect(said).toMatch(
    /mount\.leaves\.ts left behind a file system mounted at \S+\/m; disk-\w+ in the temporary folder/,
  );
  expect(code).toBe(1);
  expect(mountsBelow(folder)).toEqual([]);
  expect(readdirSync(folder).filter((name) => name.startsWith('run-'))).toEqual([]);
});

it('everything ends with the run itself, when that is killed', async (context) => {
  context.skip(!canLook, why);
  const { folder, child, ended } = start('waits');
  const late = performance.now() + 20_000;
  const serving = () =>
    belongingTo(folder).some(({ ports, command }) => ports.length > 0 && command.includes('-e'));
  while (!serving() && performance.now() < late) await sleep(50);
  expect(serving()).toBe(true);
  child.kill('SIGKILL');
  await ended;
  while (belongingTo(folder).length > 0 && performance.now() < late) await sleep(50);
  expect(belongingTo(folder)).toEqual([]);
});
