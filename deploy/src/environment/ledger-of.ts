import { join } from 'node:path';
import type { LoadedProject } from '../config/load.ts';
import { fileLedger } from '../ledger/file-ledger.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LockTerms } from '../ledger/lock-terms.ts';
import { ownFolder } from '../model/own-folder.ts';
import type { ConfiguredKind } from '../model/target-kind.ts';
import { hasRemote } from './git.ts';

/** Folder of an environment on this machine. */
export const folderOf = (root: string, environment: string): string => join(root, ownFolder, environment);

/** The ledger of an environment: shared through the git remote where there is one, unless the place is this machine's own. */
export async function ledgerOf(
  { root, project }: LoadedProject,
  environment: string,
  { personal = false }: ConfiguredKind,
  terms?: LockTerms,
): Promise<Ledger> {
  const { remote } = project.checks;
  if (personal || !(await hasRemote(root, remote)))
    return fileLedger(folderOf(root, environment), environment);
  const { GitLedger } = await import('../ledger/git-ledger.ts');
  return new GitLedger(root, remote, environment, terms);
}
