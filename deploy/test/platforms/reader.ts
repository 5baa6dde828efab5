import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Output } from '../../src/cli/output.ts';
import { run } from '../../src/cli/run.ts';
import { targetKinds } from '../../src/targets/index.ts';
import type { TargetKind } from '../../src/targets/kind.ts';
import type { Place } from './command-project.ts';
import type { Platform } from './crm.ts';

const exec = promisify(execFile);
const root = path.resolve(import.meta.dirname, '../../..');

const made = () => randomBytes(16).toString('hex');
/** What its reader has, or makes on the platform's pages. Made here, since what stands in the tree is no secret, as the checks say. */
export const had = {
  BACKUP_STORE: '',
  BACKUP_ACCESS_KEY_ID: made(),
  BACKUP_SECRET_ACCESS_KEY: made(),
  SENTRY_DSN: `https://${made()}@sentry.example.com/1`,
  SLACK_WEBHOOK_URL: `https://hooks.slack.example.com/services/${made()}`,
};

/** What stands in the indented lines of a guide, one after another. */
export const steps = (guide: string): string[] =>
  [...guide.matchAll(/^ {4}(\S.*?)( +#.*)?$/gm)].map(([, line]) => line!);

/** Somebody with this repository on their machine, who does what a guide says. */
export class Reader {
  readonly folder: string;
  /** What the commands have written since it was last taken. */
  said = '';
  readonly #home: string;
  readonly #place: Place;
  readonly #platform: Platform;
  #variables: Record<string, string>;

  private constructor(home: string, place: Place, platform: Platform) {
    this.#home = home;
    this.folder = path.join(home, 'crm');
    this.#place = place;
    this.#platform = platform;
    this.#variables = {
      ...had,
      BACKUP_STORE: `file:${home}/bucket`,
      HOME: home,
      PATH: `${home}/bin:${process.env.PATH}`,
    };
  }

  static async begin(place: Place, platform: Platform): Promise<Reader> {
    const reader = new Reader(await mkdtemp(path.join(tmpdir(), 'conductor-guide-')), place, platform);
    await reader.#clone();
    return reader;
  }

  /** The repository as it is, on a branch that is pushed. Its own tests are others' business, and so is the time of the bake. */
  async #clone(): Promise<void> {
    const { stdout } = await exec('git', ['ls-files', '-co', '--exclude-standard'], {
      cwd: root,
      maxBuffer: 1e8,
    });
    for (const file of stdout.trim().split('\n')) {
      await cp(path.join(root, file), path.join(this.folder, file)).catch((error) => {
        if (error.code !== 'ENOENT') throw error;
      });
    }
    await symlink(path.join(root, 'node_modules'), path.join(this.folder, 'node_modules'));
    await mkdir(path.join(this.#home, 'bin'));
    const program = (file: string, text: string) => writeFile(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    await program(
      path.join(this.folder, 'conductor'),
      `exec '${process.execPath}' '${root}/deploy/src/main.ts' "$@"`,
    );
    // Builds nothing; names an image by a digest as the engine does once it has been pushed.
    await program(
      path.join(this.#home, 'bin/docker'),
      `if [ "$1" = image ]; then for last; do :; done; echo "\${last%:*}@sha256:${'ab12'.repeat(16)}"; fi`,
    );
    await this.#change(/commands: \{.*\},/, "commands: { test: 'true', lint: 'true', build: 'true' },");
    await this.#change(/bake: 120/, 'bake: 0');
    // What the twin serves is not the CRM.
    await this.#change(/checks: \{\},/, "checks: { off: ['security-headers', 'rate-limits', 'indexes'] },");
    await this.shell(
      [
        'git init -q -b main',
        'git config user.name You && git config user.email you@example.com',
        'echo node_modules >> .git/info/exclude',
        'git add -A && git commit -qm "As it was"',
        'git init -q --bare ../remote && git remote add origin ../remote && git push -qu origin main',
      ].join('\n'),
    );
    const { twin } = this.#platform as unknown as { twin: { commits?: Set<string> } };
    const { commits } = twin;
    if (commits) commits.add = () => commits;
  }

  async #change(what: RegExp, into: string): Promise<void> {
    const file = path.join(this.folder, 'conductor.config.ts');
    const before = await readFile(file, 'utf8');
    if (!what.test(before)) throw new Error(`conductor.config.ts has no ${what}`);
    await writeFile(
      file,
      before.replace(what, () => into),
    );
  }

  /** Does what one line says; the exit code. */
  async follow(line: string): Promise<number> {
    const constant = /^const (\w+) = /.exec(line);
    if (constant) return this.#change(new RegExp(`^const ${constant[1]} = .*$`, 'm'), line).then(() => 0);
    const target = /^target: (\w+)\(/.exec(line);
    if (target) {
      await this.#change(/target: railway\(.*\),/, line);
      if (target[1] !== 'railway') await this.#change(/^ {2}railway,$/m, `  ${target[1]},`);
      return 0;
    }
    const typed = /^read -rs (\w+) && export \1$/.exec(line);
    if (typed) {
      if (typed[1] !== this.#place.token[0]) throw new Error(`${typed[1]} is no token of this place`);
      this.#variables = { ...this.#variables, [typed[1]!]: this.#place.token[1] };
      return 0;
    }
    const command = /^\.\/conductor (?!secrets)(.+)$/.exec(line);
    if (command) return this.#conductor(command[1]!);
    await this.shell(line);
    return 0;
  }

  /** In a shell, whose variables are there afterwards, too. */
  async shell(line: string): Promise<void> {
    const kept = path.join(this.#home, 'variables');
    await exec('bash', ['-ec', `${line}\nenv -0 > '${kept}'`], {
      cwd: this.folder,
      env: this.#variables,
      timeout: 60_000,
    });
    const lines = (await readFile(kept, 'utf8')).split('\0').filter(Boolean);
    this.#variables = Object.fromEntries(
      lines.map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]),
    );
  }

  /** In this process, where the twin and its clock are; with the environment of the reader's shell. */
  async #conductor(line: string): Promise<number> {
    const kind = this.#place.kind(this.#platform);
    const { api } = this.#place.settings(this.#platform) as { api: string };
    const near: TargetKind = {
      ...kind,
      create: (context) => kind.create({ ...context, settings: { ...(context.settings as object), api } }),
    };
    const before = process.env;
    process.env = { ...this.#variables };
    // Read anew, as by a process of its own: it may look at variables.
    await utimes(path.join(this.folder, 'conductor.config.ts'), new Date(), new Date());
    const said = {
      write: (text: string) => {
        this.said += text;
      },
    };
    try {
      return await run(line.split(' '), {
        folder: this.folder,
        output: new Output(said, said, { NO_COLOR: '1' }),
        interrupt: new AbortController().signal,
        ask: undefined,
        kinds: targetKinds.map((each) => (each.kind === near.kind ? near : each)),
      });
    } finally {
      process.env = before;
    }
  }

  async close(): Promise<void> {
    await rm(this.#home, { recursive: true, force: true });
  }
}
