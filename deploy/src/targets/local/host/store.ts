import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { logPath } from './log-file.ts';
import { makePipes, pipePath } from './log-pipe.ts';
import { outsideHosts } from './outside-hosts.ts';
import { ownFile } from './own-file.ts';
import { freePort } from './ports.ts';
import { converse, mongoProbe, type Probe, redisProbe } from './probe.ts';
import type { StoreSpec } from './protocol.ts';
import { Replica } from './replica.ts';
import type { StoreState } from './state.ts';
import { asksForPassword, newPassword, storeUser } from './store-password.ts';

/** ms from start to ready, and from SIGTERM to SIGKILL: a store reads and writes much when it starts and ends. */
const startDeadline = 60_000;
const stopGrace = 30_000;

/** Folders that a store's process uses. */
interface Folders {
  readonly stores: string;
  readonly logs: string;
}

/** The connection string of a store. A secret: it may hold a password. */
export function storeUrl({ spec, port, password }: Pick<StoreState, 'spec' | 'port' | 'password'>): string {
  if (spec.provider === 'external') return spec.url;
  if (spec.provider === 'redis') return `redis://:${password}@127.0.0.1:${port}/0`;
  const set = spec.provider === 'embedded' ? 'embedded' : 'conductor';
  const at = `127.0.0.1:${port}/${spec.name}?replicaSet=${set}`;
  return password === '' ? `mongodb://${at}` : `mongodb://${storeUser}:${password}@${at}&authSource=admin`;
}

/** What it answers with is garbage at once: half of Node's usual room for that is as fast, and takes 150 MB less under load. */
const youngGeneration = '--max-semi-space-size=8';

/** How much of the history of changes embedded-mongo keeps: what backups need to go back to any moment. */
const oplogMiB = 64;
const keepsOplog = (spec: StoreSpec): boolean => spec.provider === 'embedded' && spec.oplog;

/** A data store of the environment. It is kept across releases; only `stop` ends it, and nothing removes its data. */
export class Store {
  #state: Omit<StoreState, 'id' | 'restarts'>;
  /** Null for an outside server. */
  readonly #replica: Replica | null;

  constructor(state: StoreState, folders: Folders, onChange: () => void) {
    this.#state = state;
    this.#replica = makeReplica(state, folders, onChange);
  }

  /** The state of a store that has never run. */
  static async fresh(spec: StoreSpec, reserved: ReadonlySet<number>): Promise<StoreState> {
    const port = spec.provider === 'external' ? 0 : await freePort(reserved);
    return { spec, port, password: newPassword(spec), stopped: false, id: null, restarts: 0 };
  }

  /**
   * The state in which one that was stopped starts again. One from before stores had passwords gets its password here and nowhere else:
   * nothing that is live uses a store that is stopped, and whoever uses it from now on is told the new URL. While it runs, it goes on
   * without, for its live services know no other way in.
   */
  static reopened(state: StoreState, spec: StoreSpec): StoreState {
    // Once with a password, never without: the program of an earlier release may know none, the one that ran last does. Likewise with
    // the history of changes, which would have a gap.
    const less =
      (state.password !== '' && !asksForPassword(spec)) || (keepsOplog(state.spec) && !keepsOplog(spec));
    const program = less ? state.spec : spec;
    const password = state.password || newPassword(program);
    return { ...state, spec: program, password, stopped: false, id: null, restarts: 0 };
  }

  get spec(): StoreSpec {
    return this.#state.spec;
  }

  get port(): number {
    return this.#state.port;
  }

  get pid(): number | null {
    return this.#replica?.pid ?? null;
  }

  /** Pipe of its log; null for an outside server. */
  get pipe(): string | null {
    return this.#replica?.spec.pipe ?? null;
  }

  get restarts(): number {
    return this.#replica?.restarts ?? 0;
  }

  get record(): StoreState {
    return { ...this.#state, ...(this.#replica?.record ?? { id: null, restarts: 0 }) };
  }

  get state(): 'live' | 'starting' | 'failed' | 'unknown' | 'stopped' {
    // Whether an outside server is well is known only when someone asks it; see `observe`.
    if (this.#replica === null) return 'unknown';
    if (this.#replica.state === 'ready') return 'live';
    if (this.#replica.state === 'stopped') return 'stopped';
    return this.#replica.state === 'unready' ? 'failed' : 'starting';
  }

  /** The connection string. A secret: it may hold a password. */
  get url(): string {
    return storeUrl(this.#state);
  }

  /** Goes on with the process of an earlier host, or starts one. */
  async resume(state: StoreState): Promise<void> {
    if (this.#replica === null || state.stopped) return;
    if (state.id === null || !this.#replica.adopt(state.id)) {
      if (state.id !== null) this.#replica.restarts++;
      await makePipes([this.#replica.spec.pipe]);
      this.#replica.start();
    }
    this.#replica.supervise();
  }

  /** Resolves when it takes requests. */
  async ready(signal?: AbortSignal): Promise<void> {
    await this.#replica?.untilReady(startDeadline, signal);
    if (this.#state.spec.provider !== 'mongod') return;
    // The driver is large, and most machines have no mongod.
    const { initiate } = await import('./replica-set.ts');
    await initiate(this.#state.port, this.#state.password);
  }

  /** Asks an outside server whether it is there; for the others the host knows. */
  async observe(): Promise<'live' | 'starting' | 'failed' | 'unknown' | 'stopped'> {
    const { spec } = this.#state;
    if (spec.provider !== 'external') return this.state;
    const hosts = await outsideHosts(spec);
    if (hosts === null) return 'unknown';
    const answers = await Promise.all(
      hosts.map(({ hostname, port }) => converse(port, [], () => true, hostname)),
    );
    return answers.includes(null) ? 'live' : 'failed';
  }

  /** Ends it: SIGTERM, and SIGKILL after `grace` ms. */
  async stop(grace = stopGrace): Promise<void> {
    this.#state = { ...this.#state, stopped: true };
    await this.#replica?.stop(grace);
  }
}

function makeReplica(state: StoreState, folders: Folders, onChange: () => void): Replica | null {
  const { spec, port, password } = state;
  if (spec.provider === 'external') return null;
  const cwd = join(folders.stores, spec.name);
  mkdirSync(cwd, { recursive: true, mode: 0o700 });
  const run: { command: string[]; probe: Probe } = {
    redis: () => ({
      command: [...('binary' in spec ? [spec.binary] : []), redisConfig(cwd, port, password)],
      probe: redisProbe(port, password),
    }),
    mongod: () => ({
      command: [
        ...('binary' in spec ? [spec.binary] : []),
        ...['--bind_ip', '127.0.0.1', '--port', String(port)],
        ...['--dbpath', cwd, '--replSet', 'conductor'],
        ...(password === '' ? [] : ['--auth', '--keyFile', keyFile(cwd)]),
      ],
      probe: mongoProbe(port),
    }),
    embedded: () => ({
      command: [
        ...('entry' in spec ? [spec.node, youngGeneration, spec.entry] : []),
        ...['--data', join(cwd, 'data.sqlite'), '--port', String(port), '--host', '127.0.0.1'],
        ...('oplog' in spec && spec.oplog ? ['--oplog', String(oplogMiB)] : []),
        ...(password === ''
          ? []
          : ['--credentials', ownFile(join(cwd, 'credentials'), `${storeUser}:${password}\n`)]),
      ],
      probe: mongoProbe(port),
    }),
  }[spec.provider]();
  const log = logPath(folders.logs, spec.name);
  return new Replica(
    {
      title: spec.name,
      cwd,
      env: {
        PATH: process.env.PATH ?? '',
        HOME: process.env.HOME ?? cwd,
        LANG: process.env.LANG ?? 'C.UTF-8',
      },
      log,
      pipe: pipePath(log, port),
      port,
      ...run,
    },
    onChange,
    state.restarts,
  );
}

/**
 * Writes the configuration, with the password, and answers with its path.
 * `appendfsync no`: it writes before it answers, and goes on when the disk is full; the keeper syncs (`append-sync.ts`). BullMQ needs
 * `noeviction`.
 */
function redisConfig(folder: string, port: number, password: string): string {
  const lines = [
    'bind 127.0.0.1',
    `port ${port}`,
    'protected-mode yes',
    `requirepass ${password}`,
    `dir "${folder}"`,
    'daemonize no',
    'appendonly yes',
    'appendfsync no',
    'save ""',
    'maxmemory-policy noeviction',
    'loglevel notice',
  ];
  return ownFile(join(folder, 'redis.conf'), `${lines.join('\n')}\n`);
}

/** What members of a replica set know each other by; a set with users needs one, even a set of one. Any will do, so it is made once. */
function keyFile(folder: string): string {
  const path = join(folder, 'conductor.key');
  return existsSync(path) ? path : ownFile(path, `${randomBytes(96).toString('base64')}\n`);
}
