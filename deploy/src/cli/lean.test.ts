import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { commands } from './commands.ts';

const run = promisify(execFile);
const source = join(import.meta.dirname, '..');

/** Says at the end which modules were loaded, on a line of stderr. */
const listing = `import { registerHooks } from 'node:module';
const loaded = [];
registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
process.once('exit', () => process.stderr.write('\\nloaded ' + JSON.stringify(loaded)));`;

/** Every module that the command line loads, as addresses. */
async function loadedBy(...line: string[]): Promise<string[]> {
  const hook = `data:text/javascript,${encodeURIComponent(listing)}`;
  const ended = await run(process.execPath, ['--import', hook, join(source, 'main.js'), ...line]).catch(
    (error: { stderr: string }) => error,
  );
  const loaded: string[] = JSON.parse(ended.stderr.slice(ended.stderr.lastIndexOf('\nloaded ') + 8));
  expect(loaded.some((url) => url.endsWith('/cli/run.ts'))).toBe(true);
  return loaded;
}

/** What only a command that does something needs. */
const heavy =
  /\/src\/(engine|targets|environment\/session|checks|ledger\/lock\.ts)|\/node_modules\/(?!picocolors)/;

it.each([
  ['--help'],
  ['--version'],
  ['help', 'deploy'],
  ['statsu'],
  ['deploy', '--hlep'],
  ...Object.keys(commands).map((name) => [name, '--help']),
])('%s %s loads nothing that it does not need', async (...line) => {
  expect((await loadedBy(...line)).filter((url) => heavy.test(url))).toEqual([]);
});

it('a command that does something loads what it needs', async () => {
  expect((await loadedBy('status')).filter((url) => heavy.test(url))).not.toEqual([]);
});
