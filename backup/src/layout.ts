import { randomBytes } from 'node:crypto';

/** Whose backups these are. Nothing of another scope is ever read as a backup, counted or deleted. */
export interface Scope {
  readonly project: string;
  readonly environment: string;
}

/** A backup's id: the instant it began, in UTC, and six random digits. Ids sort by time. */
export type BackupId = string;

const ID = /^\d{8}T\d{6}Z-[0-9a-f]{6}$/;

export const isBackupId = (text: string): boolean => ID.test(text);

export const newBackupId = (now: Date): BackupId =>
  `${now.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z-${randomBytes(3).toString('hex')}`;

/** Where things lie in a store: `project/environment/id/…`. */
export const folderOf = ({ project, environment }: Scope): string => `${project}/${environment}/`;
/** Where the changes since are, slice by slice: beside the backups, of which there are far fewer. No environment has a dot in its name. */
export const oplogFolder = ({ project, environment }: Scope): string => `${project}/${environment}.oplog/`;
export const manifestKey = (scope: Scope, id: BackupId): string => `${folderOf(scope)}${id}/manifest.json`;
export const leaseKey = (scope: Scope): string => `${folderOf(scope)}lease.json`;
export const recipientsKey = (scope: Scope): string => `${folderOf(scope)}recipients.json`;
export const ledgerFolder = (scope: Scope): string => `${folderOf(scope)}ledger/`;
/** Where the manifests of removed backups wait for a week. Their data stay where they are. */
export const trashFolder = (scope: Scope): string => `${folderOf(scope)}trash/`;
export const trashKey = (scope: Scope, id: BackupId): string => `${trashFolder(scope)}${id}.json`;
export const dataKey = (scope: Scope, id: BackupId, encrypted: boolean): string =>
  `${folderOf(scope)}${id}/archive.gz${encrypted ? '.age' : ''}`;

/** The id in a key of this scope, if it belongs to a backup. */
export function idIn(scope: Scope, key: string): BackupId | undefined {
  const folder = folderOf(scope);
  if (!key.startsWith(folder)) return undefined;
  const id = key.slice(folder.length).split('/')[0]!;
  return isBackupId(id) ? id : undefined;
}
