import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ConductorError, exitCode } from '../errors.ts';
import {
  type HeldLock,
  hasRunOut,
  heartbeatSeconds,
  type Lock,
  type LockRequest,
  lockSchema,
  lostLock,
} from './lock.ts';
import { processStart } from './process-start.ts';

/**
 * The lock of one environment on one machine. Each holder has a file of its own, `lock/<token>.json`; the highest token holds.
 * The next holder creates the next file exclusively, so of any number of racers exactly one wins, and a holder that was
 * overtaken cannot undo that: it only ever writes its own file.
 */
export class FileLock {
  readonly #folder: string;
  readonly #environment: string;

  constructor(folder: string, environment: string) {
    this.#folder = folder;
    this.#environment = environment;
  }

  /** The lock as it stands; undefined when nobody ever held it, or the last holder let go of it. */
  async current(): Promise<Lock | undefined> {
    const lock = await this.#newest();
    return lock && !lock.released ? lock : undefined;
  }

  /** Takes the lock, or returns who has it. */
  async acquire(request: LockRequest): Promise<HeldLock | Lock> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    for (;;) {
      const newest = await this.#newest();
      if (newest && !newest.released && !(await hasRunOut(newest))) return newest;
      const now = new Date().toISOString();
      const lock: Lock = {
        id: randomUUID(),
        token: (newest?.token ?? 0) + 1,
        by: request.by,
        pid: process.pid,
        started: await processStart(process.pid),
        since: now,
        renewed: now,
        reason: request.reason,
        released: false,
      };
      if (await this.#write(lock, 'create')) {
        await this.#prune(lock.token);
        return this.#hold(lock);
      }
    }
  }

  /** Ends someone's lock: the next token is taken and let go of at once, so that the old holder's writes are void. */
  async break(by: LockRequest['by']): Promise<void> {
    const newest = await this.#newest();
    if (!newest || newest.released) return;
    const now = new Date().toISOString();
    const mine = {
      ...newest,
      id: randomUUID(),
      token: newest.token + 1,
      by,
      pid: process.pid,
      since: now,
      renewed: now,
    };
    await this.#write({ ...mine, reason: 'lock --release', released: true }, 'create');
  }

  #hold(lock: Lock): HeldLock {
    const lost = new AbortController();
    const stop = new AbortController();
    const stillMine = async () => (await this.#newest())?.token === lock.token;
    const beat = async () => {
      for (;;) {
        await delay(heartbeatSeconds * 1000, undefined, { signal: stop.signal, ref: false });
        if (!(await stillMine())) return lost.abort(lostLock(this.#environment));
        await this.#write({ ...lock, renewed: new Date().toISOString() }, 'replace');
      }
    };
    const beating = beat().catch((error: unknown) => {
      // A heartbeat that cannot be written (a full disk) leaves the lease to run out; whoever holds it must stop before that.
      if (!stop.signal.aborted) lost.abort(error);
    });
    return {
      token: lock.token,
      lost: lost.signal,
      assertHeld: async () => {
        if (!(await stillMine())) throw lostLock(this.#environment);
      },
      release: async () => {
        stop.abort();
        await beating;
        await this.#write({ ...lock, renewed: new Date().toISOString(), released: true }, 'replace');
      },
    };
  }

  async #newest(): Promise<Lock | undefined> {
    const names = await readdir(this.#folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    const tokens = names.flatMap((name) => /^(\d+)\.json$/.exec(name)?.[1] ?? []).map(Number);
    if (tokens.length === 0) return undefined;
    const file = this.#file(Math.max(...tokens));
    let text: string;
    try {
      text = await readFile(file, 'utf8');
    } catch (error) {
      // A newer holder has tidied this one away since it was listed.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return this.#newest();
      throw error;
    }
    try {
      return lockSchema.parse(JSON.parse(text));
    } catch (cause) {
      throw new ConductorError({
        code: 'lock.corrupted',
        message: `${file} is not a lock. It was left as it is.`,
        hint: 'When nobody is deploying, remove that file.',
        exit: exitCode.unknown,
        cause,
      });
    }
  }

  /** Writes a holder's file whole, on the disk. False when another one has created it first. */
  async #write(lock: Lock, how: 'create' | 'replace'): Promise<boolean> {
    const temporary = join(this.#folder, `.${lock.token}.${randomBytes(6).toString('hex')}`);
    try {
      const handle = await open(temporary, 'wx', 0o600);
      try {
        await handle.writeFile(`${JSON.stringify(lock)}\n`);
        await handle.sync();
      } finally {
        await handle.close();
      }
      if (how === 'replace') await rename(temporary, this.#file(lock.token));
      else await link(temporary, this.#file(lock.token));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** Files of earlier holders say nothing any more. */
  async #prune(token: number): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      const old = /^(\d+)\.json$/.exec(name)?.[1];
      if (old !== undefined && Number(old) < token) await rm(join(this.#folder, name), { force: true });
    }
  }

  #file(token: number): string {
    return join(this.#folder, `${token}.json`);
  }
}
