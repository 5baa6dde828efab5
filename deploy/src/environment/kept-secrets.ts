import { join } from 'node:path';
import type { Ledger } from '../ledger/ledger.ts';
import { type Capsules, CapsulesHere } from './capsules.ts';
import { generatedHere } from './generated-here.ts';
import type { GeneratedPlace } from './generated-secrets.ts';
import { folderOf } from './ledger-of.ts';

interface Kept {
  readonly capsules: Capsules;
  readonly generated: GeneratedPlace;
}

/** Where the secrets of releases and the generated ones are kept: beside the ledger, where a team shares it. */
export async function keptSecrets({ shared }: Ledger, root: string, environment: string): Promise<Kept> {
  const base = folderOf(root, environment);
  const capsules = new CapsulesHere(join(base, 'capsules'));
  const generated = generatedHere(join(base, 'secrets.json'), environment);
  if (!shared) return { capsules, generated };
  const [{ SharedCapsules }, { generatedShared }, { Seal }] = await Promise.all([
    import('./capsules-shared.ts'),
    import('./generated-shared.ts'),
    import('./seal.ts'),
  ]);
  const seal = new Seal(root);
  return {
    capsules: new SharedCapsules(shared.sealed, seal, capsules),
    generated: generatedShared(shared.sealed, seal, generated),
  };
}
