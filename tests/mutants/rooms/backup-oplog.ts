import type { Mutant } from '../mutant.ts';

const ship = 'backup/src/oplog/ship.test.ts';
const replay = 'backup/src/oplog/replay.test.ts';
const moments = 'backup/src/oplog/point-in-time.test.ts';
const prune = 'backup/src/oplog/prune-slices.test.ts';
const diff = 'backup/src/oplog/diff.test.ts';
const coverage = 'backup/src/oplog/coverage.test.ts';

/** What changes between backups: shipped, proven, made again. */
export const backupOplogMutants: readonly Mutant[] = [
  {
    id: 'oplog-other-history',
    file: 'backup/src/oplog/ship.ts',
    find: 'return entry !== undefined && hashOf(entry) === last;',
    replace: 'return entry !== undefined;',
    tests: [ship],
    breaks: 'Changes of another server never go on where those of the one before ended.',
  },
  {
    id: 'oplog-gap-unseen',
    file: 'backup/src/oplog/ship.ts',
    find: 'return entry !== undefined && hashOf(entry) === last;',
    replace: 'return entry === undefined || hashOf(entry) === last;',
    tests: [ship],
    breaks: 'Changes that the server has dropped are a gap, which is told.',
  },
  {
    id: 'oplog-unsigned-slice',
    file: 'backup/src/oplog/slice.ts',
    find: 'if (unsigned !== undefined) throw invalid(unsigned);',
    replace: '',
    tests: [ship],
    breaks: 'A slice that nobody known has signed is never restored.',
  },
  {
    id: 'oplog-slice-elsewhere',
    file: 'backup/src/oplog/slice.ts',
    find: 'slice.environment === scope.environment &&',
    replace: '',
    tests: [ship],
    breaks: 'A slice of another environment is never restored.',
  },
  {
    id: 'oplog-slice-renamed',
    file: 'backup/src/oplog/slice.ts',
    find: 'compareInstants(slice.after, listed.after) === 0 &&',
    replace: '',
    tests: [ship],
    breaks: 'A slice under the name of another is never restored.',
  },
  {
    id: 'oplog-all-databases',
    file: 'backup/src/oplog/entry.ts',
    find: 'databases.includes(db);',
    replace: 'true;',
    tests: [ship],
    breaks: 'Only changes of the databases that are backed up leave the server.',
  },
  {
    id: 'oplog-too-late',
    file: 'backup/src/oplog/forward.ts',
    find: 'if (compareInstants(at, before) >= 0) return;',
    replace: 'if (compareInstants(at, before) > 1e9) return;',
    tests: [moments],
    breaks: 'A restore to a moment ends just before it.',
  },
  {
    id: 'oplog-made-twice',
    file: 'backup/src/oplog/forward.ts',
    find: 'if (!isAfter(at, last)) continue;',
    replace: '',
    tests: [ship],
    breaks: 'A change that is in two slices is made once.',
  },
  {
    id: 'oplog-some-databases-only',
    file: 'backup/src/oplog/forward.ts',
    find: 'chain(known.filter(hasAllOf(manifest)), at, before)',
    replace: 'chain(known, at, before)',
    tests: [moments],
    breaks: 'Slices of other databases lead nowhere.',
  },
  {
    id: 'oplog-partial-transaction',
    file: 'backup/src/oplog/replay.ts',
    find: 'if (transaction !== undefined && isPartial(entry)) {',
    replace: 'if (transaction !== undefined && isPartial(entry) && changes.length === 0) {',
    tests: [replay],
    breaks: 'Nothing of a transaction is there before its last entry.',
  },
  {
    id: 'oplog-half-transaction',
    file: 'backup/src/oplog/replay.ts',
    find: 'if (entry.goesOn && !this.open.has(transaction!)) throw beginningMissing();',
    replace: '',
    tests: [replay],
    breaks: 'A transaction whose beginning is missing is never made in half.',
  },
  {
    id: 'oplog-document-missing',
    file: 'backup/src/oplog/pending-documents.ts',
    find: 'if (!before) throw unfit(',
    replace: 'if (!before) return new Uint8Array(); if (Date.now() < 0) throw unfit(',
    tests: [replay],
    breaks: 'Changes that do not go with the backup are an error.',
  },
  {
    id: 'oplog-diff-moves-fields',
    file: 'backup/src/oplog/diff.ts',
    find: 'fields.delete(field.name);\n        fields.set(field.name, field);',
    replace: 'fields.set(field.name, field);',
    tests: [diff],
    breaks: 'Fields are in the order in which the server has them.',
  },
  {
    id: 'oplog-gap-bridged',
    file: 'backup/src/oplog/coverage.ts',
    find: 'isAfter(slice.after, position)) break;',
    replace: 'false) break;',
    tests: [coverage],
    breaks: 'No restore goes over a gap.',
  },
  {
    id: 'oplog-newest-pruned',
    file: 'backup/src/oplog/prune-slices.ts',
    find: 'isAfter(limit, madeAt) ? madeAt : limit',
    replace: 'limit',
    tests: [prune],
    breaks: 'Changes since the newest backup that counts are kept, however old.',
  },
  {
    id: 'backup-begins-later',
    file: 'backup/src/mongo/dump.ts',
    find: "const isSame = 'reason' in snapshot || sameCollections(listed, await listAll(client, databases));",
    replace: 'const isSame = listed.length > 0;',
    tests: ['backup/src/mongo/dump.test.ts'],
    breaks: 'A collection that is made while a backup begins is in the backup or in the changes since.',
  },
];
