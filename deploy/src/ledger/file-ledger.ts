import { join } from 'node:path';
import { FileLock } from './file-lock.ts';
import { historyOf } from './history.ts';
import { appendLine, readLines } from './jsonl.ts';
import type { Ledger } from './ledger.ts';
import { hasRunOut } from './lock.ts';
import { entrySchema } from './record.ts';

/** A ledger in a folder of this machine: `ledger.jsonl`, and the lock beside it. */
export function fileLedger(folder: string, environment: string): Ledger {
  const file = join(folder, 'ledger.jsonl');
  const lock = new FileLock(join(folder, 'lock'), environment);
  return {
    place: file,
    history: async () => historyOf(await readLines(file, entrySchema)),
    append: async (fact, held) => {
      await held.assertHeld();
      await appendLine(file, { ...fact, token: held.token });
    },
    acquire: (request) => lock.acquire(request),
    holder: async () => {
      const current = await lock.current();
      return current && !(await hasRunOut(current)) ? current : undefined;
    },
    breakLock: (by) => lock.break(by),
  };
}
