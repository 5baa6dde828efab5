import { type ErrorPages, page } from './page.ts';

const another = 'Take an older one: `conductor backup list production`.';

/** Backups and restores. */
export const backupPages: ErrorPages = {
  'backups.none': page(
    'The environment has no backups.',
    'Give it `backups: { store: … }` in the config; docs/guides/backups.md shows how.',
  ),
  'backups.no-database': page(
    'This machine has no address of the database: the project has no MongoDB store, it does not run, or it lies in the platform’s private network.',
    'Give `backups.source` a connection string as a secret. On a platform the worker makes the backups, where it is reached.',
  ),
  'backups.no-recipients': page(
    'Backups are encrypted, and nobody is named who could open them.',
    "`conductor secrets recipients init`, or `recipients: 'none'` for an environment without secrets.",
  ),
  'backup.not-found': page(
    'There is no such backup.',
    '`conductor backup list production` lists what there is.',
  ),
  'backup.not-verified': page(
    'The backup was made, and could not be proven by restoring it. It does not count until it is.',
    'Fix what the message says, then `conductor backup verify production`.',
  ),
  'backup.not-suspicious': page(
    'The backup is not one that has to be accepted by somebody.',
    'Nothing has to be done.',
  ),
  'backup.no-bucket': page(
    'Rights to add and not to delete exist for S3 buckets, and the store is a folder.',
    'Keep backups in a bucket: docs/guides/backups.md.',
  ),
  'backup.no-changes': page(
    'Changes between backups can only be kept where MongoDB is a replica set and its history can be read.',
    'The environment can be restored to its backups. docs/guides/backups.md says what restores to any time take.',
  ),
  'backup.aborted': page(
    'The backup was interrupted. What was written of it does not count.',
    'Run it again.',
  ),
  'backup.checksum': page(
    'What came back from the store is not what was sent there.',
    'Run it again; if it stays so, the store or the network damages data.',
  ),
  'backup.empty': page(
    'The database is empty, and backups before it were not: that looks like a wrong address or a loss.',
    'Look at the database first. When it is right so: `conductor backup accept production`.',
  ),
  'backup.recipients-missing': page(
    'Backups are to be encrypted, and nobody is named for whom.',
    '`conductor secrets recipients init`, or `backups.recipients` in the config.',
  ),
  'backup.source-changed': page(
    'The database was changed under the backup in a way that it could not follow (a collection was dropped or renamed).',
    'Run it again.',
  ),
  'backup.unsupported-server': page(
    'The server is older or another one than backups can be made of.',
    'docs/guides/backups.md says which ones can.',
  ),
  'archive.corrupt': page('The archive is damaged.', another),
  'archive.truncated': page(
    'The archive ends too early: it was not copied whole.',
    'Copy it again.',
    another,
  ),
  'archive.unsupported': page(
    'The archive is none of mongodump’s, or of a version that cannot be read.',
    'Make it with `mongodump --archive`.',
  ),
  'archive.document-too-large': page(
    'A document is larger than the 16 MiB that MongoDB allows.',
    'Look at where it comes from: no MongoDB would take it back.',
  ),
  'encryption.identity': page(
    'None of your keys opens the backup.',
    'Ask somebody for whom it was made, or use their key in `CONDUCTOR_AGE_KEY`.',
  ),
  'encryption.corrupt': page('The encrypted backup was changed or damaged.', another),
  'encryption.recipient': page('What is named as a recipient is no age key.', 'It begins with `age1`.'),
  'lease.held': page(
    'Somebody else makes or cleans up backups in that store at this moment.',
    'Run the command again when they have ended.',
  ),
  'lease.lost': page(
    'This command was stopped for so long that another one took its place. It touched nothing more.',
    'Run it again.',
  ),
  'ledger.invalid': page(
    'The list of backups in the store is damaged.',
    'Bring it back from the store’s versions; the backups themselves are not touched.',
  ),
  'manifest.invalid': page(
    'What describes the backup is damaged, or was written by a newer version.',
    another,
  ),
  'manifest.no-signer': page(
    'Backups here have to be signed, and this machine has no key to look at the signature with.',
    'Set `BACKUP_SIGNING_KEY` among the secrets.',
  ),
  'manifest.conflict': page(
    'Somebody else wrote the same backup’s description at the same moment.',
    'Run the command again.',
  ),
  'manifest.not-kept': page(
    'The store did not keep what was written to it.',
    'Look at the bucket’s rights and rules: something removes or refuses objects.',
  ),
  'oplog.none': page(
    'No changes are kept for that time, so only backups can be restored.',
    '`conductor backup list production` says to which times it can be restored.',
  ),
  'oplog.gap': page(
    'Changes are missing between the backup and the time that was asked for.',
    'Choose a time that `conductor backup list production` offers.',
  ),
  'oplog.corrupt': page('Kept changes are damaged.', 'Choose a time before them, or a backup.'),
  'oplog.unsupported': page(
    'The server’s history holds a change that cannot be repeated.',
    'Choose a time before it, or a backup.',
  ),
  'recipients.invalid': page(
    'The list of recipients in the store is damaged.',
    'Make a backup: it is written again.',
  ),
  'restore.selection': page(
    'The names of databases or collections fit nothing in the backup, or exclude one another.',
    'Without them, `conductor restore production` shows what is in it before it asks.',
  ),
  'restore.unfit': page(
    'The server to restore into cannot take the backup: too old, or without what it needs.',
    'Restore into another one: `--to`.',
  ),
  'restore.unreachable': page(
    'The server to restore into does not answer.',
    'Look at the address and the network.',
  ),
  'restore.target-exists': page(
    'There is data where the backup would go. Nothing was changed.',
    'Restore beside it, or replace it as the command’s help says: `conductor restore --help`.',
  ),
  'restore.failed': page(
    'The restore stopped half-way. The message says what was written until then.',
    'Fix what it says and run it again: it starts from the beginning.',
  ),
  'restore.differs': page(
    'What was restored is not what the backup holds, by its own counts and checksums.',
    'Do not use it.',
    another,
  ),
  'restore.no-file': page(
    'Neither a file nor a backup of that name is there, or nothing came through standard input.',
    '`conductor backup list production` lists the backups.',
  ),
  'restore.no-target': page(
    'The variable that should hold the connection string is not set.',
    'Set it: `--to` takes the variable’s name, so that no password is on a command line.',
  ),
  'restore.not-confirmed': page(
    'A restore replaces data, and it was not confirmed. Nothing was changed.',
    'Run it again and type what is asked, or give `--yes`.',
  ),
  'restore.beside-taken': page(
    'There are many copies of that backup beside the live database already.',
    'Drop those that nobody needs.',
  ),
  'scratch.unavailable': page(
    'A backup is proven by restoring it into a server of its own, and none could be started.',
    '`npm install --save-dev embedded-mongo`, or install `mongod`, or give `backups.scratch` the address of a server.',
  ),
  'settings.invalid': page('The settings of the backups’ store are wrong.', 'Fix what the message names.'),
  'source.failed': page('The database failed while it was read.', 'Look at its log, then run it again.'),
  'store.refused': page(
    'The backups’ store refused: wrong keys, or rights that are missing. Its own words are in the message.',
    '`conductor backup policy production` prints the rights that are needed.',
  ),
  'store.unreachable': page(
    'The backups’ store does not answer.',
    'Look at its address and the network, then run it again.',
  ),
  'store.missing': page('The bucket or folder does not exist.', 'Make it, or correct `backups.store`.'),
  'store.conflict': page('Somebody else wrote the same object at the same moment.', 'Run the command again.'),
  'store.unsupported': page(
    'The store lacks something that is needed, such as conditional writes.',
    'docs/guides/backups.md says which stores have it.',
  ),
};
