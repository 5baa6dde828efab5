import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Seen } from 'conductor-backup/lease';
import { isProvenGone } from 'conductor-backup/process-identity';
import { ConductorError, exitCode } from '../errors.ts';
import { isDiskFull } from '../text/disk-full.ts';
import { namesIn } from '../text/if-there.ts';
import { replaceReserved } from '../text/reserved-file.ts';
import { type LockPlace, lockText } from './environment-lock.ts';
import { type Lock, type LockDetails, lockSchema, lostLock } from './lock.ts';

/**
 * The lock of an environment in a folder of this machine. Each holder has a file of its own, `<token>.json`; the highest token holds.
 * The next holder creates the next file exclusively, so of any number of racers exactly one wins, and a holder that was overtaken
 * cannot undo that: it only ever writes its own file.
 */
export class FileLock implements LockPlace {
  readonly #folder: string;
  readonly #environment: string;

  constructor(folder: string, environment: string) {
    this.#folder = folder;
    this.#environment = environment;
  }

  async read(): Promise<Seen<LockDetails> | undefined> {
    const newest = await this.#newestToken();
    if (newest === 0) return undefined;
    const file = this.#file(newest);
    let text: string;
    try {
      // Without what fills its place.
      text = (await readFile(file, 'utf8')).replace(/ +$/, '');
    } catch (error) {
      // A newer holder has tidied this one away since it was listed.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return this.read();
      throw error;
    }
    try {
      return { record: lockSchema.parse(JSON.parse(text)), version: text };
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

  async write(lock: Lock, over: Seen<LockDetails> | undefined): Promise<string | undefined> {
    const text = lockText(lock);
    const mine = over?.record.id === lock.id;
    const there = mine ? await this.#newestToken() : (await this.read())?.version;
    if (there !== (mine ? lock.token : over?.version)) return undefined;
    if (mine) replaceReserved(this.#file(lock.token), text, { durable: true });
    else if (!(await this.#create(lock.token, text))) return undefined;
    if ((await this.#newestToken()) !== lock.token) {
      // Someone was faster by more than one holder; an old file would say nothing, and so it goes.
      await this.#remove(lock.token);
      return undefined;
    }
    if (!mine) await this.#prune(lock.token);
    return text;
  }

  isGone = async (lock: Lock): Promise<boolean> =>
    lock.process !== null && isProvenGone(lock.pid, lock.process);

  lost = (to: Lock | undefined, cause?: unknown): ConductorError => lostLock(this.#environment, to, cause);

  busy = (): ConductorError =>
    new ConductorError({
      code: 'ledger.busy',
      message: `${this.#folder} was changed by others again and again while this command wrote to it.`,
      hint: 'Run the command again.',
      exit: exitCode.locked,
    });

  /** 0 when nobody ever held it. */
  async #newestToken(): Promise<number> {
    const names = await namesIn(this.#folder);
    return Math.max(0, ...names.map(tokenIn));
  }

  /** Makes a holder's file, whole and on the disk, with the room that its renewals take. False when another one has made it first. */
  async #create(token: number, text: string): Promise<boolean> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const temporary = join(this.#folder, `.${token}.${randomBytes(6).toString('hex')}`);
    try {
      const handle = await open(temporary, 'wx', 0o600);
      try {
        await handle.writeFile(text);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await link(temporary, this.#file(token));
      replaceReserved(this.#file(token), text, { durable: true });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      if (isDiskFull(error)) await this.#remove(token);
      throw error;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** Files of earlier holders say nothing any more. */
  async #prune(token: number): Promise<void> {
    const tokens = (await readdir(this.#folder)).map(tokenIn);
    for (const old of tokens) if (old > 0 && old < token) await this.#remove(old);
  }

  async #remove(token: number): Promise<void> {
    for (const name of ['', '.next', '.last']) await rm(`${this.#file(token)}${name}`, { force: true });
  }

  #file(token: number): string {
    return join(this.#folder, `${token}.json`);
  }
}

/** Token of a holder's file; 0 for every other file. */
const tokenIn = (name: string): number => Number(/^(\d+)\.json$/.exec(name)?.[1] ?? 0);
