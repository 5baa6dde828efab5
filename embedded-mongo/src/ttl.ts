import type { Doc } from './bson/values.ts';
import type { Oplog } from './oplog/oplog.ts';
import type { Store } from './storage/store.ts';
import { findRecords } from './storage/view.ts';
import { type Transactions, WriteBlocked } from './transactions.ts';

/** Documents removed at once, so that clients are not kept waiting. */
const portion = 500;

/** Removes documents whose time has passed, once. Answers how many. */
export const expire = (
  store: Store,
  transactions: Transactions,
  oplog: Oplog | undefined,
  now = Date.now(),
): number => {
  let removed = 0;
  for (const collection of store.all())
    for (const index of collection.indexes) {
      if (index.expireAfter === undefined) continue;
      const passed: Doc = { [index.fields[0]!.path]: { $lte: new Date(now - index.expireAfter * 1000) } };
      const filter = index.partialFilter ? { $and: [passed, index.partialFilter] } : passed;
      for (;;) {
        const found = [
          ...findRecords(transactions.latest, collection, {
            filter,
            limit: portion,
            hint: index.hidden ? undefined : index.name,
          }),
        ];
        let blocked = 0;
        const remove = () => {
          for (const record of found) {
            try {
              transactions.latest.remove(collection, record);
              removed++;
            } catch (error) {
              // A transaction has it; the next round will find it.
              if (!(error instanceof WriteBlocked)) throw error;
              blocked++;
            }
          }
        };
        store.write(() => (oplog ? oplog.deletes(remove) : remove()));
        if (found.length < portion || blocked > 0) break;
      }
    }
  return removed;
};

/** Removes expired documents every so many seconds until it is stopped. */
export const startExpiry = (
  store: Store,
  transactions: Transactions,
  oplog: Oplog | undefined,
  seconds: number,
): { stop(): void } => {
  const timer = setInterval(() => {
    try {
      expire(store, transactions, oplog);
    } catch (error) {
      console.error('embedded-mongo: expired documents could not be removed', error);
    }
  }, seconds * 1000);
  timer.unref();
  return { stop: () => clearInterval(timer) };
};
