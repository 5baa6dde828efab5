import { execFile, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { retry } from 'conductor-backup/retry';
import { ConductorError, exitCode } from '../errors.ts';
import { cleanEnvironment, forGit } from '../model/clean-environment.ts';
import { inTurns } from './in-turns.ts';

const run = promisify(execFile);
const saidBy = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/** Another command of this clone may be moving the same refs here. */
const meanwhile = {
  attempts: 20,
  pause: 20,
  longest: 500,
  again: (cause: unknown) =>
    /cannot lock ref|unable to update local ref|\.lock': File exists/i.test(saidBy(cause)),
};

/** One ref to be moved: from the commit that it must have there (null: it must not exist) to another one. */
export interface Move {
  readonly ref: string;
  readonly from: string | null;
  readonly to: string;
}

/** Who writes the commits of the ledger; the people are in its entries. */
const identity = {
  GIT_AUTHOR_NAME: 'conductor',
  GIT_AUTHOR_EMAIL: 'conductor@localhost',
  GIT_COMMITTER_NAME: 'conductor',
  GIT_COMMITTER_EMAIL: 'conductor@localhost',
};

/**
 * Files kept in refs of a remote that a team shares, changed by compare-and-swap: a push moves all of its refs or none, and each only from
 * the commit that was read. The working tree and the branches are never touched.
 */
export class GitRefs {
  readonly #root: string;
  readonly #remote: string;
  readonly #prefix: string;
  /** Commits never change, so neither does what is in them. */
  readonly #files = new Map<string, Promise<ReadonlyMap<string, string>>>();

  /** @param prefix all refs that are used lie below it: `refs/conductor/production` */
  constructor(root: string, remote: string, prefix: string) {
    this.#root = root;
    this.#remote = remote;
    this.#prefix = prefix;
  }

  /**
   * Brings the refs here as they are on the remote now. Those who ask at the same time share one fetch, which begins after they asked.
   * @throws {ConductorError} `ledger.unreachable` (exit 3).
   */
  readonly fetch = inTurns(() => this.#fetch());

  async #fetch(): Promise<void> {
    const specs = `+${this.#prefix}/*:${this.#prefix}/*`;
    const fetching = ['fetch', '--quiet', '--no-tags', '--prune', this.#remote, specs];
    try {
      await retry(() => this.#git(...fetching), meanwhile);
    } catch (cause) {
      throw unreachable(this.#remote, cause);
    }
  }

  /** Commit of a ref as it was last seen; null when there is none. */
  async commitOf(ref: string): Promise<string | null> {
    return this.#git('rev-parse', '--verify', '--quiet', `${ref}^{commit}`).catch(() => null);
  }

  /** Text of a file in a commit. */
  read(commit: string, file: string): Promise<string> {
    return this.#git('cat-file', 'blob', `${commit}:${file}`);
  }

  /** Makes a commit that holds one file, on top of a parent or of nothing. */
  async commit(file: string, content: string, parent: string | null, message: string): Promise<string> {
    return this.commitFiles(new Map([[file, await this.store(content)]]), parent, message);
  }

  /** Keeps a text, and returns the id by which it is found again. */
  store(content: string): Promise<string> {
    return this.#git('hash-object', '-w', '--stdin', { input: content });
  }

  /** A text that {@link store} kept. */
  text(id: string): Promise<string> {
    return this.#git('cat-file', 'blob', id);
  }

  /** Names of the files of a commit, each with the id of its text. */
  files(commit: string): Promise<ReadonlyMap<string, string>> {
    const known = this.#files.get(commit);
    if (known) return known;
    const listed = this.#list(commit);
    listed.catch(() => this.#files.delete(commit));
    this.#files.set(commit, listed);
    return listed;
  }

  async #list(commit: string): Promise<Map<string, string>> {
    const lines = (await this.#git('ls-tree', commit)).split('\n').filter((line) => line !== '');
    return new Map(lines.map((line) => [line.slice(line.indexOf('\t') + 1), line.split(/\s/)[2]!]));
  }

  /** Makes a commit that holds these files, by the ids of their texts. */
  async commitFiles(
    files: ReadonlyMap<string, string>,
    parent: string | null,
    message: string,
  ): Promise<string> {
    const input = [...files].map(([name, id]) => `100644 blob ${id}\t${name}\n`).join('');
    const tree = await this.#git('mktree', { input });
    const parents = parent === null ? [] : ['-p', parent];
    const commit = await this.#git('commit-tree', tree, ...parents, '-m', message);
    this.#files.set(commit, Promise.resolve(new Map(files)));
    return commit;
  }

  /**
   * Moves refs on the remote, all or none. False when one of them is no longer what it was read as.
   * @throws {ConductorError} `ledger.unreachable` (exit 3) when the push fails for another reason.
   */
  async push(moves: readonly Move[]): Promise<boolean> {
    const leases = moves.map(({ ref, from }) => `--force-with-lease=${ref}:${from ?? ''}`);
    const specs = moves.map(({ ref, to }) => `${to}:${ref}`);
    try {
      await this.#git(
        'push',
        '--quiet',
        '--porcelain',
        '--atomic',
        '--no-verify',
        ...leases,
        this.#remote,
        ...specs,
      );
    } catch (cause) {
      // git has no exit code of its own for this. Two pushes at once may also meet at the remote's own file lock.
      const said = saidBy(cause);
      if (/stale info|rejected|atomic|cannot lock ref|failed to update ref/i.test(said)) return false;
      throw unreachable(this.#remote, cause);
    }
    const input = moves.map(({ ref, to }) => `update ${ref} ${to}\n`).join('');
    await retry(() => this.#git('update-ref', '--stdin', { input }), meanwhile);
    return true;
  }

  /** Makes an annotated tag and shares it. One that is there already stays. */
  async tag(name: string, commit: string, message: string): Promise<void> {
    await this.#git('tag', '--annotate', '--message', message, name, commit).catch((error: Error) => {
      if (!/already exists/.test(error.message)) throw error;
    });
    await this.#git('push', '--quiet', '--no-verify', this.#remote, `refs/tags/${name}`).catch(
      (error: Error) => {
        if (!/already exists/.test(error.message)) throw error;
      },
    );
  }

  async #git(...words: readonly (string | { readonly input: string })[]): Promise<string> {
    const args = words.filter((word) => typeof word === 'string');
    const input = words.find((word) => typeof word === 'object')?.input;
    // Fixed words in its messages, no questions, and no hooks or signing of the user's in what is nobody's commit.
    const env = { ...cleanEnvironment(forGit), ...identity, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' };
    const all = ['-C', this.#root, '-c', 'commit.gpgSign=false', '-c', 'tag.gpgSign=false', ...args];
    if (input === undefined) {
      const { stdout } = await run('git', all, { env, maxBuffer: 256 * 1024 * 1024 });
      return stdout.trimEnd();
    }
    const child = spawn('git', all, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    // Where git ends before it has read everything, its exit code says why.
    child.stdin.on('error', () => {}).end(input);
    const [out, error, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve)),
    ]);
    if (code !== 0) throw new Error(`git ${args[0]} ended with ${code}: ${error.trim()}`);
    return out.trimEnd();
  }
}

function unreachable(remote: string, cause: unknown): ConductorError {
  const said = saidBy(cause);
  return new ConductorError({
    code: 'ledger.unreachable',
    message: `The git remote "${remote}", which keeps the ledger, cannot be used: ${said.trim().split('\n').at(-1)}`,
    hint: 'Look at your network and at your rights to push there; nothing was changed.',
    exit: exitCode.checksFailed,
    cause,
  });
}
