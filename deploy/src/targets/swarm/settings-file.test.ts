import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { settingsName, settingsText, withSettings } from './settings-file.ts';

it('brings every value to a program as it is', () => {
  const values = {
    PLAIN: 'value',
    QUOTES: `'it''s' "quoted" \\ and \\'`,
    LINES: 'one\ntwo\n\n# three\n',
    EXPANSION: ['$HOME', '`id`', '$(id)', '$' + '{PATH}', '!x *'].join(' '),
    EMPTY: '',
    PORTUGUESE: 'ação não é só',
  };
  const folder = mkdtempSync(join(tmpdir(), 'conductor-settings-'));
  const file = join(folder, 'settings');
  writeFileSync(file, settingsText(values));
  const program = [
    process.execPath,
    '-e',
    'process.stdout.write(JSON.stringify([process.env, process.argv.slice(1)]))',
    'a b',
    '"c',
  ];
  const [shell, ...words] = withSettings(program).map((word) =>
    word.replace(`/run/secrets/${settingsName}`, file),
  );
  const [env, argv] = JSON.parse(execFileSync(shell!, words, { env: {}, encoding: 'utf8' }));
  rmSync(folder, { recursive: true });
  expect(env).toMatchObject(values);
  expect(argv).toEqual(['a b', '"c']);
});

it('refuses what no variable can be', () => {
  expect(() => settingsText({ 'NOT-A-NAME': '' })).toThrow('NOT-A-NAME');
  expect(() => settingsText({ 'X; rm': '' })).toThrow();
  expect(() => settingsText({ ZERO: 'a\0b' })).toThrow('ZERO');
});
