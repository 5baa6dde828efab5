import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/**
 * Vitest's globalSetup: a folder for this run, which every process that a test starts inherits as its temporary folder, and a
 * guardian that ends what outlives its test, and all of it when this process dies.
 * @throws {Error} at the end, naming the files that left something.
 */
export default function setup(): (() => Promise<void>) | undefined {
  // Once for all projects.
  if (process.env.CONDUCTOR_TEST_RUN !== undefined) return undefined;
  const run = realpathSync(mkdtempSync(join(tmpdir(), 'run-')));
  const guardian = spawn(process.execPath, [join(import.meta.dirname, 'guardian.ts'), run], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  process.env.CONDUCTOR_TEST_RUN = run;
  process.env.TMPDIR = run;
  const said = text(guardian.stdout);
  const ended = new Promise<number | null>((resolve) => guardian.once('exit', resolve));
  return async () => {
    guardian.stdin.end();
    const [code, left] = await Promise.all([ended, said]);
    if (code !== 0) throw new Error(`The guardian of the tests ended with ${code}.`);
    if (left !== '') throw new Error(`Tests left something behind:\n${left}`);
  };
}
