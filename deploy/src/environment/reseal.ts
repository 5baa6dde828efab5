import type { GitShelf, Puts } from '../ledger/git-shelf.ts';
import { resealed } from './capsules-shared.ts';
import { generatedName } from './generated-shared.ts';
import type { Seal } from './seal.ts';

/** Encrypts everything that is sealed beside a ledger anew, to those who may read the environment's secrets now. */
export async function reseal(shelf: GitShelf, seal: Seal): Promise<void> {
  await shelf.swap(async (now) => {
    const puts: Record<string, Puts[string]> = {};
    /** What was kept once under several names stays so. */
    const done = new Map<string, Puts[string]>();
    for (const [name, id] of now.contents) {
      const before = await seal.open((await now.read(name))!, `${name} in the ledger`);
      const after = name === generatedName ? before : await resealed(before, seal);
      puts[name] = done.get(id) ?? { text: await seal.seal(after) };
      done.set(id, puts[name]);
    }
    return now.contents.size === 0 ? undefined : puts;
  });
}
