import { BackupError } from '../errors.ts';

/** What the oplog says and this library cannot do again: better no restore than one that leaves it out. */
export const unsupported = (what: string): BackupError =>
  new BackupError({
    code: 'oplog.unsupported',
    message: `The changes have ${what}, which cannot be done again here.`,
    hint: "Restore the last backup instead; or, with MongoDB's own tools, the slices: mongorestore --archive --gzip --oplogReplay.",
  });
