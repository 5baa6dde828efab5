import { randomBytes } from 'node:crypto';
import { type BackupId, ledgerFolder, type Scope } from './layout.ts';
import type { Store } from './stores/store.ts';

/** What was deleted (`prune`: moved into the trash; `empty`: out of it, for good), and why. Written before anything is, so that no deletion goes unrecorded. */
export interface LedgerEntry {
  readonly at: string;
  readonly action: 'prune' | 'empty' | 'sweep' | 'undelete';
  readonly removed: readonly { readonly id: BackupId; readonly reason: string }[] | readonly string[];
  /** What came back from the trash. */
  readonly restored?: BackupId;
}

/** Appends to an environment's ledger: an object of its own for each entry, because stores can't append. */
export async function appendLedger(store: Store, scope: Scope, entry: LedgerEntry): Promise<void> {
  const name = `${entry.at.replace(/[-:.]/g, '')}-${entry.action}-${randomBytes(3).toString('hex')}.json`;
  await store.write(`${ledgerFolder(scope)}${name}`, `${JSON.stringify(entry, null, 2)}\n`, { absent: true });
}

/** The entries of an environment's ledger, oldest first. */
export async function readLedger(store: Store, scope: Scope): Promise<LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  for await (const { key } of store.list(ledgerFolder(scope))) {
    entries.push(JSON.parse((await store.read(key)).body));
  }
  return entries;
}
