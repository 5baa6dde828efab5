import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { BackupError, hasCode } from './errors.ts';
import { ledgerFolder, type Scope } from './layout.ts';
import type { Store } from './stores/store.ts';

const entrySchema = z.object({
  at: z.iso.datetime(),
  action: z.enum(['prune', 'empty', 'sweep', 'undelete']),
  removed: z.union([
    z.array(z.object({ id: z.string(), reason: z.string() }).readonly()).readonly(),
    z.array(z.string()).readonly(),
  ]),
  /** The id of what came back from the trash. */
  restored: z.string().optional(),
});

/** What was deleted (`prune`: moved into the trash; `empty`: out of it, for good), and why. Written before anything is, so that no deletion goes unrecorded. */
export type LedgerEntry = Readonly<z.infer<typeof entrySchema>>;

export interface Ledger {
  /** Oldest first. */
  readonly entries: readonly LedgerEntry[];
  /** What lies among them and can't be read. */
  readonly damaged: readonly { readonly key: string; readonly error: BackupError }[];
}

/** Appends to an environment's ledger: an object of its own for each entry, because stores can't append. */
export async function appendLedger(store: Store, scope: Scope, entry: LedgerEntry): Promise<void> {
  const name = `${entry.at.replace(/[-:.]/g, '')}-${entry.action}-${randomBytes(3).toString('hex')}.json`;
  await store.write(`${ledgerFolder(scope)}${name}`, `${JSON.stringify(entry, null, 2)}\n`, { absent: true });
}

/** An environment's ledger. An entry that can't be read hides no other. */
export async function readLedger(store: Store, scope: Scope): Promise<Ledger> {
  const entries: LedgerEntry[] = [];
  const damaged: { key: string; error: BackupError }[] = [];
  for await (const { key } of store.list(ledgerFolder(scope))) {
    try {
      entries.push(parseEntry((await store.read(key)).body, `${key} in ${store.name}`));
    } catch (error) {
      // A stale listing shows what is gone already.
      if (hasCode(error, 'store.missing')) continue;
      if (!hasCode(error, 'ledger.invalid')) throw error;
      damaged.push({ key, error });
    }
  }
  return { entries, damaged };
}

function parseEntry(body: string, where: string): LedgerEntry {
  try {
    return entrySchema.parse(JSON.parse(body));
  } catch (cause) {
    throw new BackupError({
      code: 'ledger.invalid',
      message: `${where} can't be read: it was changed after it was written.`,
      hint: 'Only the record of what was removed then is lost, no backup: leave it, or remove it from the store.',
      cause,
    });
  }
}
