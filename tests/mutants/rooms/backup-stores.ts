import type { Mutant } from '../mutant.ts';

const s3 = 'backup/src/stores/s3.test.ts';
const lease = 'backup/src/store-lease.test.ts';
const errors = 'backup/src/stores/s3-errors.test.ts';
const moving = 'backup/src/stores/moving.test.ts';

/** Where backups are kept, and what goes wrong there. */
export const backupStoreMutants: readonly Mutant[] = [
  {
    id: 'store-body-stands-still',
    file: 'backup/src/stores/s3-client.ts',
    find: 'Readable.from(moving(response.body, this.#timeout), { objectMode: false })',
    replace: 'Readable.from(response.body, { objectMode: false })',
    tests: [s3],
    breaks: 'A store that stops in the middle of an answer is given up in time.',
  },
  {
    id: 'store-slow-but-moving',
    file: 'backup/src/stores/moving.ts',
    find: 'waited = bytes = 0;',
    replace: 'bytes = 0;',
    tests: [moving],
    breaks: 'A large backup is read to its end, however long that takes, for as long as it moves.',
  },
  {
    id: 'store-drip-moves',
    file: 'backup/src/stores/moving.ts',
    find: 'bytes >= ENOUGH',
    replace: 'bytes > 0',
    tests: [moving],
    breaks: 'A store that sends a byte now and then holds nothing up for ever.',
  },
  {
    id: 'look-reads-all',
    file: 'backup/src/manifest.ts',
    find: 'memory?.recall(key, version)',
    replace: "memory?.recall(key, '')",
    tests: ['backup/src/manifest-memory.test.ts'],
    breaks: 'A look at a thousand backups takes a few requests.',
  },
  {
    id: 'look-remembers-for-ever',
    file: 'backup/src/manifest-memory.ts',
    find: 'known === undefined || known.version !== version',
    replace: 'known === undefined',
    tests: ['backup/src/manifest-memory.test.ts'],
    breaks: 'A look sees what was changed since the one before.',
  },
  {
    id: 'page-is-a-bucket',
    file: 'backup/src/stores/s3-client.ts',
    find: 'if (!isWhole(command, answer)) throw',
    replace: 'if (command === undefined) throw',
    tests: [errors],
    breaks: 'Something on the way that answers anything with 200 is not taken for an empty bucket.',
  },
  {
    id: 'page-is-a-missing-backup',
    file: 'backup/src/stores/s3-client.ts',
    find: 'statusCode < 500 &&',
    replace: 'statusCode < 400 &&',
    tests: [errors],
    breaks: 'The 404 of a proxy does not say that a backup is gone.',
  },
  {
    id: 'locked-bucket-refuses',
    file: 'backup/src/stores/s3-client.ts',
    find: 'if (endpoint !== undefined) addContentMd5(client);',
    replace: '',
    tests: [s3],
    breaks: 'A bucket that locks what is put into it takes what is sent: it has a checksum.',
  },
  {
    id: 'store-words-ignored',
    file: 'backup/src/stores/open.ts',
    find: '!QUERY.some((known) => known === name)',
    replace: "name === ''",
    tests: ['backup/src/stores/open.test.ts'],
    breaks: 'A word in the line of a store that nobody knows is refused, not ignored.',
  },
  {
    id: 'lease-of-the-killed-waits',
    file: 'backup/src/store-lease.ts',
    find: '    isGone,\n',
    replace: '',
    tests: [lease],
    breaks: 'Nobody waits two minutes for a process of this machine that was killed.',
  },
  {
    id: 'lease-waits-in-silence',
    file: 'backup/src/lease.ts',
    find: 'if (!waiting) onWait?.(seen.record);',
    replace: '',
    tests: [lease],
    breaks: 'Who has to wait for a lease is told whose it is, and for how long.',
  },
  {
    id: 'lease-waits-through-ctrl-c',
    file: 'backup/src/lease.ts',
    find: 'await orAborted(watch.look(), signal)',
    replace: 'await watch.look()',
    tests: [lease],
    breaks: 'Waiting for a lease ends at once when a person ends it, also where the store says nothing.',
  },
  {
    id: 'manifest-not-read-back',
    file: 'backup/src/manifest.ts',
    find: 'if (found?.body === body) return found.etag;',
    replace: 'if (found) return found.etag;',
    tests: ['backup/src/manifest.test.ts'],
    breaks: 'A manifest that the store did not keep as it was written makes no backup.',
  },
];
