export { acceptBackup } from './accept.ts';
export { type Alarm, type AlarmKind, alarmOf } from './alarms.ts';
export { isServersOwn } from './archive/format.ts';
export { openArchiveFile } from './archive-file.ts';
export { type ArchiveSource, storedArchive } from './archive-source.ts';
export { type Compared, compareCollections } from './compare.ts';
export { type MongoAddress, parseConnectionString } from './connection-string.ts';
export { type Candidate, isSuspicious, type Judgement, judge } from './counts.ts';
export { type CreateOptions, createBackup, type SourceOptions } from './create.ts';
export { type DownloadOptions, downloadBackup } from './download.ts';
export { type Drill, drill } from './drill.ts';
export { generateKeyPair, type KeyPair, parseIdentities } from './encryption/keys.ts';
export { BackupError, type BackupErrorCode, hasCode } from './errors.ts';
export { type BackupHealth, backupHealth, DEFAULT_LATE_AFTER } from './health.ts';
export type { BackupId, Scope } from './layout.ts';
export { type Ledger, type LedgerEntry, readLedger } from './ledger.ts';
export { type BackupList, findBackup, listBackups } from './list.ts';
export type { CollectionRecord, Consistency, Manifest, Verification } from './manifest.ts';
export { ManifestMemory } from './manifest-memory.ts';
export type { Refused } from './mongo/load.ts';
export {
  changesKeptUpTo,
  type Forward,
  findPointInTime,
  latestPointInTime,
  type PointInTime,
  restorableTimes,
} from './oplog/forward.ts';
export { describeInstant, type Instant, parseInstant } from './oplog/instant.ts';
export type { ForwardProof } from './oplog/prove-forward.ts';
export { type ShipOptions, type Shipped, Shipper } from './oplog/ship.ts';
export { type BucketPolicy, bucketPolicy } from './policy.ts';
export type { Progress } from './progress.ts';
export { type PruneOptions, pruneBackups } from './prune.ts';
export { statedRecipients, stateRecipients } from './recipients.ts';
export {
  type ArchiveReport,
  placementsOf,
  type RestoreOptions,
  type RestoreReport,
  restoreArchive,
  restoreBackup,
  type TargetOptions,
} from './restore.ts';
export { type PlannedCollection, planRestore, type RestorePlan } from './restore-plan.ts';
export {
  defaultRetention,
  planRetention,
  type RetentionPlan,
  type RetentionPolicy,
  TRASH_DAYS,
} from './retention.ts';
export { type LastRun, type RunOptions, type RunReport, readLastRun, runBackup } from './run.ts';
export { lastDue } from './schedule.ts';
export type { ScratchOptions } from './scratch/scratch.ts';
export { type Placement, type Selection, select } from './selection.ts';
export { type Signing, signingWith } from './signature.ts';
export { type LeaseOptions, type Worker, withLease } from './store-lease.ts';
export { openStore, parseStoreUrl, type StoreSettings, storeSettingsSchema } from './stores/open.ts';
export type { Store } from './stores/store.ts';
export { listTrash, type Trash, type Trashed, undeleteBackup } from './trash.ts';
export { totalBytes, totalDocuments, type VerifyOptions, verifyBackup } from './verify.ts';
