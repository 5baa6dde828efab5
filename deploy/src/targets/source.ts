import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { ConductorError, exitCode } from '../errors.ts';
import { cleanEnvironment, forGit } from '../model/clean-environment.ts';
import { withoutOwnFolder } from '../model/own-folder.ts';
import { copyFiles, filesBelow } from './source-files.ts';

const execute = promisify(execFile);

/**
 * Puts the source of a release into an empty folder: a commit as git has it, or the working tree without what git ignores.
 * @param commit null: the working tree.
 */
export async function exportSource(root: string, commit: string | null, into: string): Promise<void> {
  if (commit !== null) await exportCommit(root, commit, into);
  else await copyFiles(root, into, await treeFiles(root));
}

async function exportCommit(root: string, commit: string, into: string): Promise<void> {
  const env = cleanEnvironment(forGit);
  // The project may be a folder of a larger repository.
  const { stdout } = await execute('git', ['-C', root, 'rev-parse', '--show-prefix'], { env });
  const prefix = stdout.trim().replace(/\/$/, '');
  const archive = spawn('git', ['-C', root, 'archive', '--format=tar', `${commit}:${prefix}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  });
  const unpack = spawn('tar', ['-xf', '-', '-C', into], { stdio: ['pipe', 'ignore', 'pipe'], env });
  // tar may end before it has read everything, as on a full disk; its own message says why.
  unpack.stdin.on('error', () => archive.kill());
  archive.stdout.pipe(unpack.stdin);
  const [said, complaint] = await Promise.all([
    text(archive.stderr),
    text(unpack.stderr),
    ended(archive),
    ended(unpack),
  ]);
  if (/No space left/i.test(complaint)) throw Object.assign(new Error(complaint.trim()), { code: 'ENOSPC' });
  if (archive.exitCode === 0 && unpack.exitCode === 0) return;
  throw new ConductorError({
    code: 'local.source',
    message: `The source of commit ${commit} could not be read: ${(said || complaint).trim()}`,
    hint: 'Fetch the commit, or deploy another one.',
    exit: exitCode.checksFailed,
  });
}

async function ended(child: ReturnType<typeof spawn>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** Files of the working tree that a commit of everything would hold; all but the usual, where there is no git. */
async function treeFiles(root: string): Promise<string[]> {
  try {
    const list = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
    const args = ['-C', root, ...list, '--', '.', withoutOwnFolder];
    const { stdout } = await execute('git', args, {
      maxBuffer: 256 * 1024 * 1024,
      env: cleanEnvironment(forGit),
    });
    return [...new Set(stdout.split('\0').filter((path) => path !== ''))];
  } catch (error) {
    // 128: not a repository; ENOENT: no git.
    const { code } = error as { code?: number | string };
    if (code !== 128 && code !== 'ENOENT') throw error;
    return filesBelow(root);
  }
}
