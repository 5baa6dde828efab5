import { ConductorError, exitCode } from '../errors.ts';
import type { GitShelf, Puts, Shelved } from '../ledger/git-shelf.ts';
import type { HeldLock } from '../ledger/lock.ts';
import {
  type Capsule,
  type CapsuleValue,
  capsuleOf,
  type Deployable,
  isEmpty,
  parseCapsule,
  serializeCapsule,
  valuesOf,
} from './capsule.ts';
import type { Capsules, CapsulesHere } from './capsules.ts';
import type { Seal } from './seal.ts';

const nameOf = (version: string): string => `capsule-${version}.age`;
const versionOf = (name: string): string | undefined => /^capsule-(v\d{8}_\d{6})\.age$/.exec(name)?.[1];

/** What is sealed: a first line that says for whom, so that the same one is not kept twice, and the capsule. */
const addressed = async (capsule: string, seal: Seal): Promise<string> =>
  `${(await seal.readers()).join(' ')}\n${capsule}`;
const withoutReaders = (text: string): string => text.slice(text.indexOf('\n') + 1);

/** The same for those who may read now. */
export const resealed = (text: string, seal: Seal): Promise<string> => addressed(withoutReaders(text), seal);

/**
 * Kept beside the ledger that the team shares, encrypted to those who may read the environment's secrets. What this machine had kept
 * for itself before is brought there with the next release, and found here until then.
 */
export class SharedCapsules implements Capsules {
  readonly #shelf: GitShelf;
  readonly #seal: Seal;
  readonly #here: CapsulesHere;

  constructor(shelf: GitShelf, seal: Seal, here: CapsulesHere) {
    this.#shelf = shelf;
    this.#seal = seal;
    this.#here = here;
  }

  async keep(deployable: Deployable, lock: HeldLock): Promise<void> {
    const all = [[deployable.release.version, capsuleOf(deployable)] as const, ...(await this.#here.all())];
    const own = new Map(all.filter(([, capsule]) => !isEmpty(capsule)));
    if (own.size === 0) return;
    await this.#shelf.put(lock, async (now) => {
      const puts: Record<string, Puts[string]> = {};
      for (const [version, capsule] of own) {
        const name = nameOf(version);
        if (!now.contents.has(name)) puts[name] = await this.#putOf(capsule, now);
      }
      return puts;
    });
  }

  async find(version: string): Promise<Capsule | undefined> {
    // Whoever asks has read of it in the history, and what lies beside that has come here with it.
    const seen = await (await this.#shelf.lastSeen()).read(nameOf(version));
    const sealed = seen ?? (await (await this.#shelf.look()).read(nameOf(version)));
    if (sealed === undefined) return this.#here.find(version);
    return this.#open(sealed, version);
  }

  async values(): Promise<CapsuleValue[]> {
    const now = await this.#shelf.lastSeen();
    const newest = new Map<string, string>();
    for (const [name, id] of now.contents) {
      const version = versionOf(name);
      if (version !== undefined) newest.set(id, version);
    }
    const shared = await Promise.all(
      [...newest.values()].map(async (version) => {
        const capsule = await this.#open((await now.read(nameOf(version)))!, version).catch(() => undefined);
        return capsule ? valuesOf(version, capsule) : [];
      }),
    );
    return [...shared.flat(), ...(await this.#here.values())];
  }

  async assertOpens(deployable: Deployable): Promise<void> {
    if (isEmpty(capsuleOf(deployable)) || (await this.#seal.opensItsOwn())) return;
    const readers = await this.#seal.readers();
    throw new ConductorError({
      code: 'release.no-way-back',
      message:
        readers.length === 0
          ? 'Nobody could open the secrets of this release again: secrets/recipients names nobody.'
          : 'The secrets of this release could not be opened here again: no key of this machine is in secrets/recipients.',
      hint:
        readers.length === 0
          ? 'Make a key (`conductor secrets recipients init`), commit secrets/recipients, and run the command again; nothing was changed.'
          : 'Ask someone of the team to let you in (`conductor secrets recipients init` shows how); nothing was changed.',
      exit: exitCode.checksFailed,
    });
  }

  /** The newest capsule is kept once more under the new name where nothing in it, nor who can read it, is different. */
  async #putOf(capsule: Capsule, now: Shelved): Promise<Puts[string]> {
    const text = await addressed(serializeCapsule(capsule), this.#seal);
    const same = [...now.contents.keys()]
      .filter((name) => versionOf(name) !== undefined)
      .sort()
      .at(-1);
    const before =
      same && (await this.#unseal((await now.read(same))!, versionOf(same)!).catch(() => undefined));
    return same && before === text ? { same } : { text: await this.#seal.seal(text) };
  }

  async #open(sealed: string, version: string): Promise<Capsule> {
    const text = await this.#unseal(sealed, version);
    const capsule = parseCapsule(withoutReaders(text));
    if (capsule) return capsule;
    throw new ConductorError({
      code: 'release.secrets-corrupted',
      message: `The secrets of ${version} in the ledger are not what was written there. They were left as they are.`,
      hint: 'Go to another version.',
      exit: exitCode.checksFailed,
    });
  }

  /** Who it was sealed for, in a first line, and the capsule. */
  #unseal(sealed: string, version: string): Promise<string> {
    return this.#seal.open(sealed, `The secrets of ${version} in the ledger`);
  }
}
