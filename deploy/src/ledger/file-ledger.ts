import { join } from 'node:path';
import { EnvironmentLock } from './environment-lock.ts';
import { FileLock } from './file-lock.ts';
import { historyOf } from './history.ts';
import { appendLine, readLines } from './jsonl.ts';
import type { Ledger } from './ledger.ts';
import { lockTerms } from './lock-terms.ts';
import { entrySchema } from './record.ts';

/** A ledger in a folder of this machine: `ledger.jsonl`, and the lock beside it. */
export function fileLedger(folder: string, environment: string, terms = lockTerms): Ledger {
  const file = join(folder, 'ledger.jsonl');
  const lock = new EnvironmentLock(new FileLock(join(folder, 'lock'), environment), terms);
  return {
    place: file,
    shared: null,
    history: async () => historyOf(await readLines(file, entrySchema)),
    append: async (fact, held) => {
      await held.assertHeld();
      await appendLine(file, { ...fact, token: held.token });
    },
    acquire: (request) => lock.acquire(request),
    holder: () => lock.holder(),
    breakLock: (by) => lock.break(by),
  };
}
