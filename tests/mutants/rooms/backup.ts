import type { Mutant } from '../mutant.ts';

const retention = 'backup/src/retention.test.ts';
const prune = 'backup/src/prune.test.ts';
const differences = 'backup/src/differences.test.ts';

/** Backups of MongoDB. */
export const backupMutants: readonly Mutant[] = [
  {
    id: 'prune-data-first',
    file: 'backup/src/prune.ts',
    find: 'await store.delete(manifestKey(scope, id));\n    await store.delete(manifest.data.key);',
    replace: 'await store.delete(manifest.data.key);\n    await store.delete(manifestKey(scope, id));',
    tests: [prune],
    breaks: 'A removal that is killed half-way leaves no backup that lacks its data.',
  },
  {
    id: 'prune-dry-run-removes',
    file: 'backup/src/prune.ts',
    find: 'if (dryRun || ',
    replace: 'if (',
    tests: [prune],
    breaks: 'A dry run removes nothing.',
  },
  {
    id: 'retention-minimum',
    file: 'backup/src/retention.ts',
    find: 'Math.max(1, policy.minimum)',
    replace: 'policy.minimum',
    tests: [retention],
    breaks: 'The last verified backup stays, whatever the policy says.',
  },
  {
    id: 'retention-after-failure',
    file: 'backup/src/retention.ts',
    find: 'if (lastRunFailed) return',
    replace: 'if (lastRunFailed && needed > 99) return',
    tests: [retention],
    breaks: 'Nothing is removed after a run that failed.',
  },
  {
    id: 'retention-unverified-counts',
    file: 'backup/src/retention.ts',
    find: 'present.filter((backup) => backup.verified)',
    replace: 'present.filter((backup) => backup.id)',
    tests: [retention],
    breaks: 'Only backups that were proven by a restore count as backups that are kept.',
  },
  {
    id: 'compare-no-hash',
    file: 'backup/src/differences.ts',
    find: 'expected.hash !== actual.hash || expected.bytes !== actual.bytes',
    replace: 'expected.bytes !== actual.bytes',
    tests: [differences],
    breaks: 'A restore is compared document by document, not only by size.',
  },
  {
    id: 'compare-no-indexes',
    file: 'backup/src/differences.ts',
    find: 'return [...different, ...compareIndexes(name, expected.indexes, actual.indexes)];',
    replace: 'return different;',
    tests: [differences],
    breaks: 'A restore that lacks an index is no proof.',
  },
  {
    id: 'compare-no-surplus',
    file: 'backup/src/differences.ts',
    find: '!known.has(nameOf(record))',
    replace: 'nameOf(record).length > 999',
    tests: [differences],
    breaks: 'A restored database holds what was backed up, and nothing more.',
  },
  {
    id: 'fingerprint-blind',
    file: 'backup/src/fingerprint.ts',
    find: 'this.lanes[lane]! += low',
    replace: 'this.lanes[lane]! = low',
    tests: ['backup/src/fingerprint.test.ts'],
    breaks: 'The hash of a collection is over all of its documents.',
  },
  {
    id: 'manifest-unchecked',
    file: 'backup/src/manifest.ts',
    find: 'hashOf(JSON.stringify(manifest)) !== checksum',
    replace: "checksum === ''",
    tests: ['backup/src/manifest.test.ts'],
    breaks: 'A manifest that was changed after it was written is not trusted.',
  },
  {
    id: 'manifest-of-another-scope',
    file: 'backup/src/manifest.ts',
    find: 'manifest.environment !== scope.environment ||',
    replace: '',
    tests: ['backup/src/manifest.test.ts'],
    breaks: 'The backup of another environment is never taken for one of this.',
  },
  {
    id: 'lease-stolen-at-once',
    file: 'backup/src/lease.ts',
    find: 'watch.silence >= seen.record.patience',
    replace: 'watch.silence >= 0',
    tests: ['backup/src/store-lease.test.ts', 'backup/src/lease.test.ts'],
    breaks:
      'A holder that gives signs of life keeps its lease; one that gives none keeps it for its whole patience.',
  },
  {
    id: 'lease-token-stands-still',
    file: 'backup/src/lease.ts',
    find: 'const token = (seen?.record.token ?? 0) + 1;',
    replace: 'const token = Math.max(1, seen?.record.token ?? 0);',
    tests: ['backup/src/lease.test.ts', 'deploy/src/ledger/ledger.test.ts'],
    breaks: 'Each holder has a higher token than the one before: that is what makes late writes void.',
  },
  {
    id: 'damaged-backup-not-marked',
    file: 'backup/src/verify.ts',
    find: 'if (isDisproof(error)) {',
    replace: 'if (!isDisproof(error)) {',
    tests: ['backup/src/backup.test.ts'],
    breaks: 'A backup that is found damaged is marked as failed; one that could not be looked at is not.',
  },
];
