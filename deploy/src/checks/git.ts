import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { cleanEnvironment, forGit } from '../model/clean-environment.ts';
import { withoutOwnFolder } from '../model/own-folder.ts';

const run = promisify(execFile);
const longestOutput = 512 * 1024 * 1024;

/**
 * git in one folder: reads only, asks nobody for a password, speaks English. Gives the standard output of `git …args` without the
 * last line end; throws git's own words when it fails.
 */
export type Git = (args: readonly string[], signal?: AbortSignal) => Promise<string>;

/** git for a project, or null where the folder is not in a work tree. */
export async function findGit(root: string): Promise<Git | null> {
  const git: Git = async (args, signal) => {
    try {
      const { stdout } = await run('git', [...args], {
        cwd: root,
        maxBuffer: longestOutput,
        env: { ...cleanEnvironment(forGit), GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' },
        ...(signal ? { signal } : {}),
      });
      return stdout.replace(/\n$/, '');
    } catch (error) {
      signal?.throwIfAborted();
      const words = (error as { stderr?: string }).stderr?.trim();
      throw new Error(`git ${args[0]} failed: ${words || (error as Error).message}`, { cause: error });
    }
  };
  return git(['rev-parse', '--is-inside-work-tree']).then(
    (inside) => (inside === 'true' ? git : null),
    () => null,
  );
}

/** Non-empty parts of a list that git separated with NUL (`-z`). */
export const parts = (output: string): string[] => output.split('\0').filter((part) => part !== '');

/** Files that a release carries: tracked ones, and new ones that are not ignored, since a dirty tree ships them too. */
export async function shippedFiles(git: Git): Promise<string[]> {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'];
  return parts(await git([...list, '--', '.', withoutOwnFolder]));
}

/** Files that differ between the release that serves and this commit; all tracked ones when nothing serves yet. */
export async function changedFiles(git: Git, base: string | null): Promise<string[]> {
  if (base === null) return parts(await git(['ls-files', '-z']));
  return parts(await git(['diff', '--name-only', '-z', base, 'HEAD']));
}
