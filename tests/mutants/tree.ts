import { execFile, execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { broken, type Mutant } from './mutant.ts';

const repository = join(import.meta.dirname, '../..');
/** Milliseconds in which one test file has surely come to its end. */
const patience = 300_000;

/** One test and how it ended. */
export interface Result {
  readonly file: string;
  readonly name: string;
  readonly passed: boolean;
}

/** A copy of the checkout in a temporary folder, where a line can be broken while nobody else looks. */
export class Tree {
  readonly #outer = realpathSync(mkdtempSync(join(tmpdir(), 'conductor-mutants-')));
  readonly folder = join(this.#outer, 'tree');

  constructor() {
    const listed = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
    const files = execFileSync('git', listed, { cwd: repository, encoding: 'utf8' }).split('\0');
    for (const file of files.filter((each) => each !== '' && existsSync(join(repository, each)))) {
      mkdirSync(dirname(join(this.folder, file)), { recursive: true });
      cpSync(join(repository, file), join(this.folder, file));
    }
    // Hard links and not one symbolic link: the workspaces are links in it, and have to lead to this copy.
    const link = join(repository, 'deploy/src/targets/local/builder/link-tree.ts');
    execFileSync(process.execPath, [
      link,
      join(repository, 'node_modules'),
      join(this.folder, 'node_modules'),
    ]);
    // Some tests look at the history of the repository that they are in.
    const git = (...args: string[]) => execFileSync('git', args, { cwd: this.folder, stdio: 'ignore' });
    git('init', '-q');
    git('add', '-A');
    git('-c', 'user.name=mutants', '-c', 'user.email=mutants@localhost', 'commit', '-q', '-m', 'Copy');
  }

  /** Runs `work` while the mutant is in this copy. */
  async with<T>(mutant: Mutant, work: () => Promise<T>): Promise<T> {
    const file = join(this.folder, mutant.file);
    const source = readFileSync(file, 'utf8');
    writeFileSync(file, broken(source, mutant));
    try {
      return await work();
    } finally {
      writeFileSync(file, source);
    }
  }

  /**
   * Runs test files, until `bail` tests have failed (0: all of them).
   * @throws {Error} when vitest has told nothing, as when it did not end in time.
   */
  async test(files: readonly string[], bail: number): Promise<Result[]> {
    const report = join(this.#outer, 'report.json');
    rmSync(report, { force: true });
    const vitest = join(this.folder, 'node_modules/vitest/vitest.mjs');
    const args = [vitest, 'run', ...files, `--bail=${bail}`, '--reporter=json', `--outputFile=${report}`];
    const output = await new Promise<string>((resolve) => {
      const options = { cwd: this.folder, timeout: files.length * patience, maxBuffer: 64 * 1024 * 1024 };
      execFile(process.execPath, args, options, (_error, stdout, stderr) => resolve(stdout + stderr));
    });
    if (!existsSync(report)) throw new Error(`the tests did not run to their end:\n${output.slice(-2_000)}`);
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report;
    return testResults.flatMap(({ name: file, assertionResults }) =>
      assertionResults
        .filter(({ status }) => status === 'passed' || status === 'failed')
        .map(({ fullName: name, status }) => ({
          file: file.slice(this.folder.length + 1),
          name,
          passed: status === 'passed',
        })),
    );
  }

  remove(): void {
    rmSync(this.#outer, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** What is read of vitest's JSON report. */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}
