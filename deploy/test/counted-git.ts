import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** How often git was started for something. */
export interface Counted {
  readonly processes: number;
  readonly fetches: number;
  readonly pushes: number;
}

/** Counts what git is started for while some work goes on, by a git of ours that comes first in the path. */
export async function countGit(work: () => Promise<void>): Promise<Counted> {
  const folder = await mkdtemp(join(tmpdir(), 'conductor-git-'));
  const log = join(folder, 'log');
  const { PATH: path = '' } = process.env;
  const { stdout } = await run('sh', ['-c', 'command -v git']);
  await writeFile(log, '');
  await writeFile(
    join(folder, 'git'),
    `#!/bin/sh\nprintf '%s\\n' "$*" >> '${log}'\nexec '${stdout.trim()}' "$@"\n`,
  );
  await chmod(join(folder, 'git'), 0o755);
  try {
    process.env.PATH = `${folder}${delimiter}${path}`;
    await work();
  } finally {
    process.env.PATH = path;
  }
  const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '');
  await rm(folder, { recursive: true });
  const times = (verb: string) => lines.filter((line) => line.includes(` ${verb} --quiet `)).length;
  return { processes: lines.length, fetches: times('fetch'), pushes: times('push') };
}
