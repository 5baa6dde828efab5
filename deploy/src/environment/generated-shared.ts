import type { GitShelf, Shelved } from '../ledger/git-shelf.ts';
import { parseDocument, type SecretsDocument, serializeDocument } from '../secrets/document.ts';
import type { GeneratedPlace } from './generated-secrets.ts';
import type { Seal } from './seal.ts';

/** Under which name they lie beside the ledger. */
export const generatedName = 'generated.age';

/**
 * Generated secrets, sealed beside the ledger that the team shares: the first machine that needs one makes it for all. What a machine
 * had made for itself before they were shared (`here`) is where they begin.
 */
export function generatedShared(shelf: GitShelf, seal: Seal, here: GeneratedPlace): GeneratedPlace {
  const readFrom = async (shelved: Shelved): Promise<SecretsDocument | undefined> => {
    const sealed = await shelved.read(generatedName);
    return sealed === undefined
      ? undefined
      : parseDocument(await seal.open(sealed, 'The generated secrets in the ledger'));
  };
  return {
    read: async () => readFrom(await shelf.look()),
    async update(change) {
      let document: SecretsDocument | undefined;
      await shelf.swap(async (now) => {
        const before = await readFrom(now);
        document = change(before ?? (await here.read()));
        const same = before !== undefined && serializeDocument(before) === serializeDocument(document);
        return same ? undefined : { [generatedName]: { text: await seal.seal(serializeDocument(document)) } };
      });
      return document!;
    },
  };
}
