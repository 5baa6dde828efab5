import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pack } from '../packaging/pack.ts';
import { freePort } from './setup/ports.ts';

// Somebody who has only the README and an application of their own: they type what stands under "Your own project", line by line.

const repository = join(import.meta.dirname, '..');

/** The first block of commands below a heading of the README, without their remarks. */
async function commandsBelow(heading: string): Promise<string[]> {
  const readme = await readFile(join(repository, 'README.md'), 'utf8');
  const section = readme.split(`\n## ${heading}\n`)[1] ?? '';
  const [block = ''] = /(?:^ {4}\S.*\n)+/m.exec(section) ?? [];
  return block
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '');
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conductor-readme-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('what the README says of one’s own project takes it live within five minutes', async () => {
  const tarballs = await pack(join(folder, 'packed'));
  const project = join(folder, 'your-project');
  await cp(join(repository, 'examples/static'), project, {
    recursive: true,
    filter: (file) => !file.endsWith('conductor.config.ts'),
  });
  const lines = await commandsBelow('Your own project');
  expect(lines).toEqual([
    'cd your-project',
    'npm install --save-dev conductor-deploy',
    'npx conductor init',
    'npx conductor deploy',
  ]);
  const port = await freePort();
  const env = {
    HOME: process.env.HOME,
    PATH: (process.env.PATH ?? '')
      .split(delimiter)
      .filter((each) => !each.includes('node_modules'))
      .join(delimiter),
  };
  const began = Date.now();
  let where = folder;
  const said: string[] = [];
  try {
    for (const line of lines) {
      if (line.startsWith('cd ')) {
        where = join(where, line.slice('cd '.length));
        continue;
      }
      // What the registry would give, and a port that is nobody's.
      const typed = line
        .replace('conductor-deploy', tarballs['conductor-deploy']!)
        .replace(/conductor deploy$/, `conductor deploy --port ${port}`);
      const [program = '', ...words] = typed.split(' ');
      await new Promise<void>((resolve, reject) => {
        execFile(program, words, { cwd: where, env }, (error, stdout, stderr) => {
          said.push(`$ ${line}\n${stdout}${stderr}`);
          if (error) reject(new Error(said.join('\n'), { cause: error }));
          else resolve();
        });
      });
    }
    expect((Date.now() - began) / 1000).toBeLessThan(300);
    expect(said.at(-1)).toMatch(/✓ v\d{8}_\d{6} is live on local/);
    const answer = await fetch(`http://localhost:${port}/`);
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('Hello')]);
  } finally {
    await new Promise((resolve) => execFile('npx', ['conductor', 'stop'], { cwd: where, env }, resolve));
  }
});
