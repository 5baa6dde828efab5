import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';

const run = promisify(execFile);
const own = join(import.meta.dirname, 'newer-node.js');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conductor-node-'));
  await mkdir(join(folder, 'project'));
  await writeFile(
    join(folder, 'main.js'),
    'console.log(process.execPath, ...process.argv.slice(2)); process.exit(5);',
  );
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** As `main.js` does it where Node is too old. */
async function begin(env: Record<string, string> = {}) {
  const code = `const { runWithNewerNode } = await import(${JSON.stringify(own)});
process.exitCode = await runWithNewerNode(${JSON.stringify(join(folder, 'main.js'))}, ['deploy', '--yes'], '22.18');`;
  const options = {
    cwd: join(folder, 'project'),
    env: { PATH: process.env.PATH, HOME: folder, CONDUCTOR_AGE_KEY: 'AGE-SECRET-KEY-1X', ...env },
  };
  return run(process.execPath, ['--input-type=module', '--eval', code], options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

/** An `npm` that puts a Node where it was told to, or fails; it keeps what it was given. */
async function npm(works: boolean) {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  const script = `#!/bin/sh
env > '${folder}/npm-env'
[ ${works} = true ] || exit 1
name=$(printf '%s' "$8" | sed 's/@[^@]*$//')
mkdir -p "$3/node_modules/$name/bin"
ln -s '${process.execPath}' "$3/node_modules/$name/bin/node"
`;
  await writeFile(join(bin, 'npm'), script);
  await chmod(join(bin, 'npm'), 0o755);
  return { PATH: `${bin}:${process.env.PATH}` };
}

it('takes the Node that the person names, with its exit code', async () => {
  const { code, stdout } = await begin({ CONDUCTOR_NODE: process.execPath });
  expect([code, stdout]).toEqual([5, `${process.execPath} deploy --yes\n`]);
});

it("takes the project's own", async () => {
  const bin = join(folder, 'node_modules/node/bin');
  await mkdir(bin, { recursive: true });
  await symlink(process.execPath, join(bin, 'node'));
  const { code, stdout, stderr } = await begin();
  expect([code, stderr]).toEqual([5, '']);
  expect(stdout).toContain('deploy --yes');
});

it('fetches one where there is none, once, and gives npm no secret', async () => {
  const env = await npm(true);
  const first = await begin(env);
  expect(first.stderr).toMatch(/needs Node\.js 22\.18 or newer.*fetching 24\.\d+\.\d+ for it, once/);
  expect([first.code, first.stdout]).toEqual([5, expect.stringContaining('deploy --yes')]);
  expect(await readdir(join(folder, '.cache/conductor'))).toHaveLength(1);
  const { stdout } = await run('cat', [join(folder, 'npm-env')]);
  expect(stdout).toContain('PATH=');
  expect(stdout).not.toContain('AGE-SECRET-KEY');
  const second = await begin(env);
  expect([second.code, second.stderr]).toEqual([5, '']);
});

it('says what to do where it cannot be fetched, and leaves nothing behind', async () => {
  const { code, stderr } = await begin(await npm(false));
  expect(code).toBe(3);
  expect(stderr).toContain('npm install --save-dev node@24');
  expect(await readdir(join(folder, '.cache/conductor'))).toEqual([]);
});
