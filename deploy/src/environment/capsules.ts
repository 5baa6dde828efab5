import { join } from 'node:path';
import { ConductorError, exitCode } from '../errors.ts';
import type { HeldLock } from '../ledger/lock.ts';
import { writePrivateFile } from '../secrets/private-file.ts';
import { namesIn, textIfThere } from '../text/if-there.ts';
import {
  type Capsule,
  type CapsuleValue,
  capsuleOf,
  type Deployable,
  parseCapsule,
  serializeCapsule,
  valuesOf,
} from './capsule.ts';

/** The secrets of an environment's releases: without them there is no way back to one. */
export interface Capsules {
  /** Keeps those of a release, so that it can be deployed again with them. */
  keep(deployable: Deployable, lock: HeldLock): Promise<void>;
  /**
   * Those of a release; undefined where they were never kept in reach of this machine.
   * @throws {ConductorError} `release.secrets-corrupted` (exit 3), or that of a key which does not open them.
   */
  find(version: string): Promise<Capsule | undefined>;
  /** Secrets of every release. What cannot be opened gives none: going back to it says so. */
  values(): Promise<CapsuleValue[]>;
  /**
   * Asks whether what {@link keep} would keep of a release can be opened here again.
   * @throws {ConductorError} `release.no-way-back` (exit 3) saying what is missing.
   */
  assertOpens(deployable: Deployable): Promise<void>;
}

const filePattern = /^(v\d{8}_\d{6})\.json$/;

/** Kept in a folder of this machine, a file (0600) for each release. */
export class CapsulesHere implements Capsules {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async keep(deployable: Deployable): Promise<void> {
    await writePrivateFile(this.#file(deployable.release.version), serializeCapsule(capsuleOf(deployable)));
  }

  async find(version: string): Promise<Capsule | undefined> {
    const file = this.#file(version);
    const text = await textIfThere(file);
    if (text === undefined) return undefined;
    const capsule = parseCapsule(text);
    if (capsule) return capsule;
    throw new ConductorError({
      code: 'release.secrets-corrupted',
      message: `${file} is not what was written there. It was left as it is.`,
      hint: 'Bring back a good copy, or go to another version.',
      exit: exitCode.checksFailed,
    });
  }

  async values(): Promise<CapsuleValue[]> {
    return [...(await this.all())].flatMap(([version, capsule]) => valuesOf(version, capsule));
  }

  async assertOpens(): Promise<void> {}

  /** All that lie here, by their versions. One that is damaged is left out: going back to it says so. */
  async all(): Promise<Map<string, Capsule>> {
    const versions = (await namesIn(this.#folder)).flatMap((file) => filePattern.exec(file)?.[1] ?? []);
    const all = new Map<string, Capsule>();
    for (const version of versions.sort()) {
      const capsule = parseCapsule((await textIfThere(this.#file(version))) ?? '');
      if (capsule) all.set(version, capsule);
    }
    return all;
  }

  #file(version: string): string {
    return join(this.#folder, `${version}.json`);
  }
}
