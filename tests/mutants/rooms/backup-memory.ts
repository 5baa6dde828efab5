import type { Mutant } from '../mutant.ts';

const driver = 'backup/src/mongo/driver.test.ts';
const collecting = 'backup/src/young-generation.test.ts';
const loading = 'backup/src/mongo/load.test.ts';
const messages = 'backup/src/mongo/driver-messages.test.ts';

/** What backing up and restoring takes of memory. */
export const backupMemoryMutants: readonly Mutant[] = [
  {
    id: 'memory-copies-of-sent',
    file: 'backup/src/mongo/driver.ts',
    find: 'if (this.isLarge) sendInPieces(connection, command.documents);',
    replace: '',
    tests: [driver],
    breaks: 'A large document is not copied while it is sent.',
  },
  {
    id: 'memory-pieces-of-received',
    file: 'backup/src/mongo/driver.ts',
    find: 'receiveInPlace(db.client);',
    replace: '',
    tests: [driver],
    breaks: 'A large document is in memory once while it is received.',
  },
  {
    id: 'memory-kept-by-cluster-time',
    file: 'backup/src/mongo/driver-messages.ts',
    find: "connection.on('clusterTimeReceived', keepAlone);",
    replace: '',
    tests: [driver],
    breaks: 'A large document does not stay in memory until the next one is there.',
  },
  {
    id: 'memory-compressed-in-pieces',
    file: 'backup/src/mongo/driver-messages.ts',
    find: "agreedCompressor !== 'none' || ",
    replace: '',
    tests: [messages],
    breaks: 'What the server wants compressed is never sent as it is.',
  },
  {
    id: 'memory-half-sent-goes-on',
    file: 'backup/src/mongo/driver-messages.ts',
    find: "signal?.addEventListener('abort', stop, { once: true });",
    replace: '',
    tests: [driver],
    breaks: 'What goes nowhere is given up when it is no longer wanted.',
  },
  {
    id: 'memory-outlived-piles-up',
    file: 'backup/src/young-generation.ts',
    find: 'if (arrayBuffers - lasting < outlived) return;',
    replace: 'return;',
    tests: [collecting],
    breaks: 'What was in use for a while does not pile up outside of the heap.',
  },
  {
    id: 'memory-young-generation-kept',
    file: 'backup/src/young-generation.ts',
    find: "flavor: 'last-resort'",
    replace: "flavor: 'regular'",
    tests: [collecting],
    breaks: 'What the young generation grew to is given back.',
  },
  {
    id: 'memory-batch-for-each',
    file: 'backup/src/mongo/loadings-under-way.ts',
    find: 'loading.release();',
    replace: '',
    tests: [loading],
    breaks: 'A collection of thousands takes no memory of its own when it is restored.',
  },
  {
    id: 'memory-collecting-without-end',
    file: 'backup/src/young-generation.ts',
    find: 'if (start - tookUntil < took / share) return;',
    replace: '',
    tests: [collecting],
    breaks: 'Looking at the whole heap takes a small share of the time.',
  },
];
