/** Every way in which this library fails. The words are stable and never reused, so callers may decide on them. */
export type BackupErrorCode =
  | 'archive.corrupt'
  | 'archive.truncated'
  | 'archive.unsupported'
  | 'archive.document-too-large'
  | 'backup.aborted'
  | 'backup.checksum'
  | 'backup.empty'
  | 'backup.not-found'
  | 'backup.not-suspicious'
  | 'backup.not-verified'
  | 'backup.recipients-missing'
  | 'backup.source-changed'
  | 'backup.unsupported-server'
  | 'encryption.identity'
  | 'encryption.corrupt'
  | 'encryption.recipient'
  | 'lease.held'
  | 'lease.lost'
  | 'ledger.invalid'
  | 'manifest.invalid'
  | 'manifest.no-signer'
  | 'manifest.conflict'
  | 'manifest.not-kept'
  | 'oplog.corrupt'
  | 'oplog.gap'
  | 'oplog.none'
  | 'oplog.unsupported'
  | 'recipients.invalid'
  | 'restore.unfit'
  | 'restore.failed'
  | 'restore.differs'
  | 'restore.selection'
  | 'restore.unreachable'
  | 'restore.target-exists'
  | 'scratch.unavailable'
  | 'settings.invalid'
  | 'source.failed'
  | 'store.conflict'
  | 'store.missing'
  | 'store.refused'
  | 'store.unreachable'
  | 'store.unsupported';

interface BackupErrorOptions {
  code: BackupErrorCode;
  /** What failed, with which value. Never a secret's value. */
  message: string;
  /** What to do next, as one sentence or a command. */
  hint?: string;
  cause?: unknown;
}

/** An error made to be read by a person: it says what failed and what to do next. */
export class BackupError extends Error {
  readonly code: BackupErrorCode;
  readonly hint: string | undefined;

  constructor({ code, message, hint, cause }: BackupErrorOptions) {
    super(message, { cause });
    this.name = 'BackupError';
    this.code = code;
    this.hint = hint;
  }
}

/** Whether `error` is a {@link BackupError} with one of the given codes. */
export function hasCode(error: unknown, ...codes: BackupErrorCode[]): error is BackupError {
  return error instanceof BackupError && codes.includes(error.code);
}
