import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Repository, repositoryIn } from '../config/repository.ts';
import { cleanEnvironment, forGit } from '../model/clean-environment.ts';
import { withoutOwnFolder } from '../model/own-folder.ts';

const run = promisify(execFile);

/** What git says about the project's folder. */
export interface Source {
  /** Full commit id; null where there is no git, or no commit yet. */
  readonly commit: string | null;
  /** There are changes beyond the commit. True without a commit: nothing but the tree says what is deployed. */
  readonly dirty: boolean;
  readonly branch: string | null;
}

/** Runs git in a folder. Never asks anything, and takes no lock that another git of the user could be waiting for. */
export async function git(root: string, ...args: readonly string[]): Promise<string> {
  const env = { ...cleanEnvironment(forGit), GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0' };
  const { stdout } = await run('git', ['-C', root, ...args], { env, maxBuffer: 64 * 1024 * 1024 });
  return stdout.trimEnd();
}

/** Reads the commit and state of the tree. No git, no repository and no commit are all answers, not errors. */
export async function sourceOf(root: string): Promise<Source> {
  const commit = await git(root, 'rev-parse', '--verify', 'HEAD').catch(() => null);
  if (commit === null) return { commit: null, dirty: true, branch: null };
  const [changes, branch] = await Promise.all([
    git(root, 'status', '--porcelain', '--', '.', withoutOwnFolder),
    git(root, 'symbolic-ref', '--short', '-q', 'HEAD').catch(() => null),
  ]);
  return { commit, dirty: changes !== '', branch };
}

/** Whether the project is in a git repository that has a remote of that name. */
export const hasRemote = (root: string, remote: string): Promise<boolean> =>
  git(root, 'remote', 'get-url', remote).then(
    () => true,
    () => false,
  );

/** Where the code is as a remote's address says; null without the remote, and where that is a folder. */
export const remoteRepository = (root: string, remote: string): Promise<Repository | null> =>
  git(root, 'remote', 'get-url', remote).then(repositoryIn, () => null);

/**
 * Brings a commit here from a remote, where this clone does not have it. One that cannot be had (nobody pushed it) stays missing: whoever
 * needs its files says so.
 */
export async function bringCommit(root: string, remote: string, commit: string): Promise<void> {
  const fetch = ['fetch', '--quiet', '--no-tags', remote];
  await git(root, 'cat-file', '-e', `${commit}^{commit}`)
    // A server may give no commit by its id: then the branches bring it.
    .catch(() => git(root, ...fetch, commit))
    .catch(() => git(root, ...fetch))
    .catch(() => {});
}

/** One line a commit since another one: `1a2b3c4 Subject`; the newest 50. Empty where git does not know. */
export async function changesSince(root: string, from: string | null, to: string | null): Promise<string[]> {
  if (!from || !to || from === to) return [];
  const log = await git(
    root,
    'log',
    '--oneline',
    '--no-decorate',
    '--max-count=50',
    `${from}..${to}`,
    '--',
    '.',
  ).catch(() => '');
  return log === '' ? [] : log.split('\n');
}
