import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { HostClient } from '../../deploy/src/targets/local/host/client.ts';
import { isFree } from '../../deploy/src/targets/local/host/ports.ts';
import { identify, isAlive, type ProcessId } from '../../deploy/src/targets/local/host/process-id.ts';
import { readState, type State } from '../../deploy/src/targets/local/host/state.ts';
import { storeUrl } from '../../deploy/src/targets/local/host/store.ts';
import { controlSocket, type LocalPaths, localPaths } from '../../deploy/src/targets/local/paths.ts';
import { sharedIn } from '../setup/clean/folder.ts';
import { freePort } from '../setup/ports.ts';

const repository = join(import.meta.dirname, '../..');

/** How a command ended, and all that it said. */
export interface Said {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

/** What `deploy --json` and `rollback --json` end with. */
export interface Outcome {
  readonly verdict: string;
  readonly version: string;
  readonly previous: string | null;
  readonly seconds: number;
  readonly probe: { readonly sent: number; readonly failed: number; readonly longestGapMs: number } | null;
}

/** What `status --json` says. */
export interface Status {
  readonly state: string;
  readonly release: { readonly version: string } | null;
  readonly services: readonly {
    readonly name: string;
    readonly state: string;
    /** How many are ready. */
    readonly replicas: number;
    readonly version: string | null;
    readonly restarts: number;
  }[];
  readonly stores: readonly { readonly name: string; readonly kind: string; readonly state: string }[];
  readonly urls: Readonly<Record<string, string>>;
  readonly trouble: string | null;
  readonly next: string | null;
  readonly underWay: {
    readonly what: string;
    readonly by: { readonly user: string; readonly host: string };
    readonly since: string;
    readonly interrupted: boolean;
  } | null;
  readonly lastDeploy: { readonly version: string; readonly verdict: string | null } | null;
}

/** What an environment has on this machine while it runs. */
export interface Running {
  readonly processes: readonly ProcessId[];
  readonly ports: readonly number[];
}

export interface CloneOptions {
  /** In which clones lie by their names. */
  readonly folder: string;
  readonly name: string;
  readonly port: number;
  /** The program that is the command. */
  readonly main: string;
  /** Folder of the place that they deploy to. */
  readonly state: string;
}

/** A project in a folder of its own, on a port of its own, whose processes end with it. */
export class Project {
  readonly folder: string;
  readonly root: string;
  readonly port: number;
  readonly #command: readonly string[];
  readonly #state: string;
  #sharesBuilds = false;
  readonly env: NodeJS.ProcessEnv;

  private constructor(
    folder: string,
    port: number,
    command: readonly string[],
    { root = join(folder, 'project'), state = join(root, '.conductor', 'local', 'target') } = {},
  ) {
    this.folder = folder;
    this.root = root;
    this.port = port;
    this.#command = command;
    this.#state = state;
    const runtime = join(folder, 'run');
    mkdirSync(runtime, { mode: 0o700, recursive: true });
    // The tests' own settings are none of the project's.
    const { MONGO_URL: _mongo, REDIS_URL: _redis, NODE_ENV: _node, VITEST: _vitest, ...env } = process.env;
    this.env = { ...env, XDG_RUNTIME_DIR: runtime, NO_COLOR: '1' };
  }

  /** A sample of small servers, by its folder beside this file. `where`: the folder in which it makes its own. */
  static async sample(folder = 'sample', where = tmpdir()): Promise<Project> {
    const main = join(repository, 'deploy/src/main.ts');
    const project = new Project(newFolder(where), await freePort(), [process.execPath, main]);
    cpSync(join(import.meta.dirname, folder), project.root, { recursive: true });
    writeFileSync(join(project.root, '.gitignore'), 'node_modules/\n.conductor/\n');
    project.#link();
    project.commit();
    return project;
  }

  /** A clone of a sample, in a folder of its own beside others, which deploys with a command of the test's own to the place in `state`. */
  static clone(remote: string, { folder, name, port, main, state }: CloneOptions): Project {
    const root = join(folder, name);
    execFileSync('git', ['clone', '--quiet', remote, root]);
    const project = new Project(folder, port, [process.execPath, main], { root, state });
    project.#link();
    return project;
  }

  /**
   * Conductor CRM as it is in this checkout, with its dependencies installed. `where`: the folder in which it makes its own. What another
   * one of this run has built is taken over, unless its first deploy is to be a first one in everything.
   */
  static async crm({ where = tmpdir(), fromNothing = false } = {}): Promise<Project> {
    const folder = newFolder(where);
    const project = new Project(folder, await freePort(), [join(folder, 'project', 'conductor')]);
    if (!fromNothing && existsSync(built)) {
      mkdirSync(project.#paths.base, { recursive: true, mode: 0o700 });
      cpSync(built, project.#paths.builds, { recursive: true });
    }
    const listed = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
    const files = execFileSync('git', listed, { cwd: repository, encoding: 'utf8' }).split('\0');
    for (const file of files.filter((each) => each !== '' && existsSync(join(repository, each)))) {
      mkdirSync(dirname(join(project.root, file)), { recursive: true });
      cpSync(join(repository, file), join(project.root, file));
    }
    project.#install();
    project.commit();
    project.#sharesBuilds = true;
    return project;
  }

  /** The CRM on a machine that has nothing of it but what `git clone` brings, and the dependencies installed. */
  static async clonedCrm(of: Project): Promise<Project> {
    const folder = newFolder();
    const project = new Project(folder, await freePort(), [join(folder, 'project', 'conductor')]);
    execFileSync('git', ['clone', '--quiet', of.root, project.root]);
    project.#install();
    return project;
  }

  /** Stands for `npm ci`. */
  #install(): void {
    const link = join(repository, 'deploy/src/targets/local/builder/link-tree.ts');
    const modules = join(this.root, 'node_modules');
    execFileSync(process.execPath, [link, join(repository, 'node_modules'), modules]);
    // The launcher's own note that these are the modules of this lock file.
    execFileSync('sh', ['-c', 'cksum <package-lock.json >node_modules/.conductor-lock'], { cwd: this.root });
  }

  /** Lets the sample's config import the conductor of this checkout. */
  #link(): void {
    mkdirSync(join(this.root, 'node_modules'));
    symlinkSync(join(repository, 'deploy'), join(this.root, 'node_modules', 'conductor-deploy'));
  }

  /** The host's own word on what runs, with process ids. */
  get host(): HostClient {
    return new HostClient(this.#paths, 'local');
  }

  get #paths(): LocalPaths {
    return localPaths(this.root, this.#state);
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  write(file: string, content: string): void {
    writeFileSync(join(this.root, file), content);
  }

  /** Replaces what is there once in a file. @throws {Error} when it is not there. */
  edit(file: string, found: RegExp, by: string): void {
    const text = readFileSync(join(this.root, file), 'utf8');
    if (!found.test(text)) throw new Error(`${file} has no ${found}.`);
    this.write(file, text.replace(found, by));
  }

  /** Commits the tree, so that a release is built from the commit. */
  commit(): void {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: this.root, stdio: 'ignore' });
    if (!existsSync(join(this.root, '.git'))) git('init', '-q');
    git('add', '-A');
    git(
      '-c',
      'user.name=test',
      '-c',
      'user.email=test@localhost',
      'commit',
      '-q',
      '--allow-empty',
      '-m',
      'change',
    );
  }

  /** Starts a conductor command; one of the sample may have a module loaded first. `through`: words of a program that starts it. */
  start(
    args: readonly string[],
    {
      env = {},
      cwd = this.root,
      preload,
      through = [],
    }: { env?: NodeJS.ProcessEnv; cwd?: string; preload?: string; through?: readonly string[] } = {},
  ): ChildProcessByStdio<null, Readable, Readable> {
    const [program = '', ...rest] = this.#command;
    const first = preload === undefined ? [] : ['--import', preload];
    const [file = '', ...words] = [...through, program, ...first, ...rest, ...args];
    return spawn(file, words, {
      cwd,
      env: { ...this.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** Runs a conductor command to its end. */
  async run(args: readonly string[], options?: Parameters<Project['start']>[1]): Promise<Said> {
    const began = performance.now();
    const child = this.start(args, options);
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('exit', resolve);
      child.once('error', reject);
    });
    const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
    return { code, stdout, stderr, seconds: (performance.now() - began) / 1_000 };
  }

  /** The connection string of a store, as the host hands it to services. Only the project's owner can read it. */
  storeUrl(name: string): string {
    const state = readState(this.#paths.state);
    const found = state?.stores.find(({ spec }) => spec.name === name);
    if (found === undefined) throw new Error(`There is no store ${name}.`);
    return storeUrl(found);
  }

  /** Every process of the environment, and its ports. */
  async running(): Promise<Running> {
    const host = await this.host.observe();
    if (host === null) throw new Error('No host runs.');
    const { services, stores, pid, keeper } = host;
    const pids = [pid, keeper, ...services.flatMap((each) => each.pids), ...stores.map((each) => each.pid)];
    const { generations, stores: kept } = readState(this.#paths.state) as State;
    return {
      processes: pids.flatMap((each) => (each === null ? [] : (identify(each) ?? []))),
      ports: [
        this.port,
        ...[...generations.flatMap((each) => each.replicas), ...kept].map(({ port }) => port),
      ],
    };
  }

  /** Every process of the environment, its keeper among them: a host that has just begun may have none yet. */
  async runningWithKeeper(): Promise<Running> {
    const late = Date.now() + 10_000;
    while (((await this.host.observe())?.keeper ?? null) === null) {
      if (Date.now() > late) throw new Error('The host has no keeper.');
      await sleep(20);
    }
    return this.running();
  }

  /** Ends everything at once, as a power cut does. What ran is returned. */
  async cutPower(): Promise<Running> {
    const running = await this.runningWithKeeper();
    await killAtOnce(running.processes);
    return running;
  }

  /** What is left of what ran: processes, ports that are taken, files that say where something listens. */
  async left({ processes, ports }: Running): Promise<(string | number)[]> {
    const taken = await Promise.all(
      ports.map(async (port) => ((await isFree(port, '127.0.0.1')) ? [] : [port])),
    );
    const { hostFile, keeperFile, base } = this.#paths;
    const files = [hostFile, keeperFile, controlSocket(base, this.env)].filter((file) => existsSync(file));
    return [...processes.filter(isAlive).map(({ pid }) => `process ${pid}`), ...taken.flat(), ...files];
  }

  /** `deploy` or `rollback`; fails the test with all that was said when it does not end as expected. */
  async change(
    args: readonly string[],
    expected = 0,
  ): Promise<Outcome & { readonly took: number; readonly said: Said }> {
    const said = await this.run([
      ...args,
      '--json',
      ...(args[0] === 'deploy' ? ['--port', String(this.port)] : []),
    ]);
    if (said.code !== expected) {
      throw new Error(
        `${args.join(' ')} ended with ${said.code}, not ${expected}:\n${said.stdout}\n${said.stderr}`,
      );
    }
    if (this.#sharesBuilds && !existsSync(built)) shareFolder(this.#paths.builds, built);
    const last = said.stdout.trim().split('\n').at(-1) ?? '';
    return { ...(JSON.parse(last) as Outcome), took: said.seconds, said };
  }

  /** The link by which the first person sets the CRM up. */
  async setupLink(): Promise<string> {
    const said = await this.run(['run', 'local', 'backend', 'setup-link']);
    if (said.code !== 0 || said.stdout === '') throw new Error(`There is no setup link:\n${said.stderr}`);
    return said.stdout.trim();
  }

  /** Its secret. */
  async setupToken(): Promise<string> {
    return (await this.setupLink()).split('#token=')[1]!;
  }

  async status(): Promise<Status> {
    const said = await this.run(['status', '--json']);
    return JSON.parse(said.stdout) as Status;
  }

  /** Stops everything and removes the folder. */
  async close(): Promise<void> {
    const { code, stderr } = await this.run(['stop']);
    // Whatever could not be stopped ends when its folder is gone.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
    if (code !== 0) throw new Error(`stop ended with ${code}:\n${stderr}`);
  }
}

function end(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It has ended by itself meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * Kills processes so that none of them sees another one end, and starts it again: each is stopped before the first is killed. Resolves when
 * they are gone.
 */
export async function killAtOnce(processes: readonly ProcessId[]): Promise<void> {
  const alive = processes.filter(isAlive);
  for (const signal of ['SIGSTOP', 'SIGKILL'] as const) for (const { pid } of alive) end(pid, signal);
  const late = Date.now() + 10_000;
  while (alive.some(isAlive)) {
    if (Date.now() > late)
      throw new Error(
        `${alive
          .filter(isAlive)
          .map(({ pid }) => pid)
          .join(', ')} do not end.`,
      );
    await sleep(20);
  }
}

/** What the CRMs of this run have built, by its content: the builder takes nothing of another source from it. */
const built = join(sharedIn(process.env.CONDUCTOR_TEST_RUN ?? tmpdir()), 'builds');

/** There is all of it for the others at once, from the first that comes. */
function shareFolder(folder: string, as: string): void {
  mkdirSync(dirname(as), { recursive: true });
  const draft = mkdtempSync(`${as}-`);
  cpSync(folder, draft, { recursive: true });
  try {
    renameSync(draft, as);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error;
    rmSync(draft, { recursive: true });
  }
}

const newFolder = (where = tmpdir()) => realpathSync(mkdtempSync(join(where, 'conductor-story-')));
