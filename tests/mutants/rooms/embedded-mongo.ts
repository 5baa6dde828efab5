import type { Mutant } from '../mutant.ts';

const transactions = 'embedded-mongo/test/transactions.test.ts';
const oplog = 'embedded-mongo/test/oplog/keeping.test.ts';
const authentication = 'embedded-mongo/test/authentication.test.ts';

/** The MongoDB-compatible server. */
export const embeddedMongoMutants: readonly Mutant[] = [
  {
    id: 'written-to-a-removed-file',
    file: 'embedded-mongo/src/storage/store.ts',
    find: '    this.#assertThere();\n    const undo',
    replace: '    const undo',
    tests: ['embedded-mongo/test/removed-file.test.ts'],
    breaks: 'What is acknowledged is in the file, also when somebody removed that.',
  },
  {
    id: 'two-writers-win',
    file: 'embedded-mongo/src/transactions.ts',
    find: 'if (holder || (this.#changed.get(what) ?? 0) > transaction.since) throw writeConflict();',
    replace: '',
    tests: [transactions],
    breaks: 'Of two transactions that write one document exactly one succeeds.',
  },
  {
    id: 'write-through-transaction',
    file: 'embedded-mongo/src/transactions.ts',
    find: 'if (holder) throw new WriteBlocked(holder);\n  }\n  key(',
    replace: '}\n  key(',
    tests: [transactions],
    breaks: 'A write waits for the transaction that holds its document.',
  },
  {
    id: 'abort-commits',
    file: 'embedded-mongo/src/commands/transaction.ts',
    find: 'call.server.sessions.abort(call.session);',
    replace: 'call.server.sessions.commit(call.session);',
    tests: [transactions],
    breaks: 'Nothing of a transaction that was given up is there.',
  },
  {
    id: 'expiry-of-the-living',
    file: 'embedded-mongo/src/ttl.ts',
    find: 'now - index.expireAfter * 1000',
    replace: 'now + index.expireAfter * 1000',
    tests: ['embedded-mongo/test/expiry.test.ts'],
    breaks: 'Documents are removed when their time has passed, and not before.',
  },
  {
    id: 'stranger-reads',
    file: 'embedded-mongo/src/dispatch.ts',
    find: 'connection.user === undefined && !command.open',
    replace: 'connection.user === undefined && command.writes',
    tests: [authentication],
    breaks: 'Without the password nothing is read.',
  },
  {
    id: 'any-proof',
    file: 'embedded-mongo/src/authentication/scram.ts',
    find: 'return right ?',
    replace: 'return right || true ?',
    tests: [authentication, 'embedded-mongo/src/authentication/scram.test.ts'],
    breaks: 'A wrong password is refused.',
  },
  {
    id: 'clock-goes-back',
    file: 'embedded-mongo/src/clock.ts',
    find: 'if (t > last) this.#last',
    replace: 'if (t !== last) this.#last',
    tests: [oplog],
    breaks: 'The times of the oplog only grow, also when the machine’s clock goes back.',
  },
  {
    id: 'oplog-forgets-its-time',
    file: 'embedded-mongo/src/oplog/oplog.ts',
    find: 'clock.keep(this.newest());',
    replace: 'clock.keep(undefined);',
    tests: [oplog],
    breaks: 'The times of the oplog only grow, over restarts too.',
  },
  {
    id: 'oplog-without-end',
    file: 'embedded-mongo/src/oplog/oplog.ts',
    find: '    while (collection.bytes > size && collection.count > 1) {',
    replace: '    while (false) {',
    tests: [oplog],
    breaks: 'The oldest entries go when the oplog is full.',
  },
  {
    id: 'snapshot-before-its-changes',
    file: 'embedded-mongo/src/clock.ts',
    find: 'if (this.#kept) return new Timestamp(this.#last);',
    replace: 'if (this.#kept) return new Timestamp({ t: this.#last.t, i: this.#last.i - 1 });',
    tests: [oplog],
    breaks: 'A change that a snapshot sees has a time up to that of the snapshot.',
  },
  {
    id: 'whole-field-as-a-diff',
    file: 'embedded-mongo/src/oplog/diff.ts',
    find: ' || rules.whole.has(path)',
    replace: '',
    tests: ['embedded-mongo/test/oplog/entries.test.ts'],
    breaks: 'The entries are those of MongoDB: what an update sets as a whole is told as a whole.',
  },
];
