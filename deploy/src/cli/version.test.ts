import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { git } from '../environment/git.ts';
import { versionOf } from './version.ts';

it('names the commit of its own code, and none of a repository that it is only installed in', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'conductor-test-'));
  try {
    await writeFile(join(folder, 'package.json'), '{"version": "1.2.3"}');
    expect(await versionOf(folder)).toEqual({ version: '1.2.3', commit: null });
    await git(folder, 'init', '--quiet');
    const commit = (...words: string[]) =>
      git(folder, '-c', 'user.name=Ana', '-c', 'user.email=ana@example.com', 'commit', '--quiet', ...words);
    await commit('--allow-empty', '--message', 'Begin');
    expect(await versionOf(folder)).toEqual({ version: '1.2.3', commit: null });
    await git(folder, 'add', 'package.json');
    await commit('--message', 'The package');
    expect((await versionOf(folder)).commit).toBe(await git(folder, 'rev-parse', 'HEAD'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
