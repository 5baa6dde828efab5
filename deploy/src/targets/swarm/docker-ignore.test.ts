import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { dropIgnored } from './docker-ignore.ts';

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
});

const folderOf = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'conductor-ignore-'));
  made.push(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
};
const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name).slice(folder.length + 1))
    .sort();

test('leaves what .dockerignore lets in, where later lines win, and the Dockerfile whatever it says', async () => {
  const folder = folderOf({
    '.dockerignore': '# all but the server\n**\n!server\n**/*.test.ts\n**/.env*\n',
    Dockerfile: 'FROM scratch\n',
    'README.md': '',
    'server/main.ts': '',
    'server/deep/main.test.ts': '',
    'server/.env.local': 'SECRET=1',
  });
  await dropIgnored(folder, './Dockerfile');
  expect(filesOf(folder)).toEqual(['Dockerfile', 'server/main.ts']);
});

test('has the file of the Dockerfile itself go before that of the folder', async () => {
  const folder = folderOf({
    '.dockerignore': '**\n',
    'docker/api.dockerignore': 'notes.txt\n',
    'docker/api': 'FROM scratch\n',
    'main.ts': '',
    'notes.txt': '',
  });
  await dropIgnored(folder, 'docker/api');
  expect(filesOf(folder)).toEqual(['.dockerignore', 'docker/api', 'docker/api.dockerignore', 'main.ts']);
});

test('leaves a folder without such a file alone', async () => {
  const folder = folderOf({ Dockerfile: '', 'main.test.ts': '' });
  await dropIgnored(folder, 'Dockerfile');
  expect(filesOf(folder)).toEqual(['Dockerfile', 'main.test.ts']);
});
