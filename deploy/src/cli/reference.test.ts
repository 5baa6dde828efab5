import path from 'node:path';
import { expect, test } from 'vitest';
import { inputFile } from '../config/input-types.ts';
import { configReference } from '../config/reference.ts';
import { targetKinds } from '../targets/index.ts';
import { commands, loadCommand } from './commands.ts';
import { errorReference } from './error-reference.ts';
import { cliReference } from './reference.ts';

const file = (name: string) => path.resolve(import.meta.dirname, '../../../docs/reference', name);

test('docs/reference/cli.md says what the commands do', async () => {
  const all = await Promise.all(Object.keys(commands).map((name) => loadCommand(name)));
  await expect(cliReference(all.map((command) => command!))).toMatchFileSnapshot(file('cli.md'));
});

test('docs/reference/config.md says what the schema knows', async () => {
  await expect(configReference(targetKinds)).toMatchFileSnapshot(file('config.md'));
});

test("src/config/input.generated.ts is the config's types as the schemas have them", async () => {
  await expect(inputFile(targetKinds)).toMatchFileSnapshot(
    path.resolve(import.meta.dirname, '../config/input.generated.ts'),
  );
});

test('docs/reference/errors.md says what is known of each error', async () => {
  await expect(errorReference()).toMatchFileSnapshot(file('errors.md'));
});

test('every command is listed under its own name', async () => {
  for (const name of Object.keys(commands)) expect((await loadCommand(name))?.name).toBe(name);
});
