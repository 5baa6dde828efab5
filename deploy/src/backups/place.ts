import type { CreateOptions, RetentionPolicy, Scope, ScratchOptions, Store } from 'conductor-backup';
import type { BackupSettings } from '../config/backups.ts';
import { isAddress } from '../config/secret-address.ts';
import type { SecretReference } from '../config/settings.ts';
import type { Session } from '../environment/session.ts';
import { ConductorError, exitCode } from '../errors.ts';
import { lastLive } from '../ledger/history.ts';
import { isHeld } from '../ledger/ledger.ts';
import { holderOf } from '../ledger/lock.ts';
import { findIdentity } from '../secrets/identity.ts';
import { readRecipients } from '../secrets/recipients.ts';

/** An environment's backups, opened: what the commands on them share. */
export interface BackupPlace {
  readonly store: Store;
  readonly scope: Scope;
  readonly settings: BackupSettings;
  readonly retention: RetentionPolicy;
  readonly scratch: ScratchOptions;
  /** Secret keys that this person has; none where there is no key. */
  identities(): Promise<readonly string[]>;
  /** What a backup is made of, and for whom. Fails when the database can't be reached from here or nobody could open it. */
  source(): Promise<Pick<CreateOptions, 'source' | 'recipients' | 'release'>>;
  /** For whom a backup is made, and of which release. */
  sealing(): Promise<Pick<CreateOptions, 'recipients' | 'release'>>;
  /** The database's connection string, as this machine reaches it. Secret. */
  databaseUrl(): Promise<string>;
  /** Writes down in the environment's ledger that a person has brought a backup back. Says who keeps it from doing so, null when nobody does. */
  rememberDrill(backup: string, signal: AbortSignal): Promise<string | null>;
}

/** @throws {ConductorError} `backups.none` (exit 2) where the environment has no `backups`. */
export async function openBackups(session: Session): Promise<BackupPlace> {
  const { name: environment, project, root } = session;
  const settings = session.environment.backups;
  if (!settings) {
    throw new ConductorError({
      code: 'backups.none',
      message: `${environment} has no backups.`,
      hint: `Give environments.${environment}.backups a store in conductor.config.ts; docs/guides/backups.md shows how.`,
      exit: exitCode.usage,
    });
  }
  // What speaks with a database is loaded only by those who do.
  const [{ openStore, parseStoreUrl }, { signingWith }] = await Promise.all([
    import('conductor-backup/stores'),
    import('conductor-backup/signature'),
  ]);
  await vaultOf(session, settings);
  const text = (value: string | SecretReference | undefined) => textOf(value, session);
  const accessKeyId = text(settings.accessKeyId);
  const secretAccessKey = text(settings.secretAccessKey);
  const keys = signingKeys(settings, session);
  const opened = await openStore(
    parseStoreUrl(text(settings.store)!, {
      folder: root,
      ...(accessKeyId && secretAccessKey && { credentials: { accessKeyId, secretAccessKey } }),
    }),
  );
  const store = { ...opened, ...(keys && { signing: signingWith(...keys) }) };
  const scratchUrl = text(settings.scratch);
  const databaseUrl = async () => text(settings.source) ?? (await storeUrl(session));
  const sealing = async () => {
    const release = lastLive(await session.ledger.history());
    return { recipients: await recipientsOf(settings, session), ...(release && { release }) };
  };
  return {
    store,
    scope: { project: project.project, environment },
    settings,
    retention: settings.keep,
    scratch: scratchUrl === undefined ? {} : { url: scratchUrl },
    identities: async () => (await findIdentity(root))?.keys ?? [],
    databaseUrl,
    sealing,
    rememberDrill: (backup, signal) => rememberDrill(session, backup, signal),
    source: async () => ({ source: { url: await databaseUrl() }, ...(await sealing()) }),
  };
}

async function rememberDrill(
  { ledger, by }: Session,
  backup: string,
  signal: AbortSignal,
): Promise<string | null> {
  const lock = await ledger.acquire({ by, reason: 'backup drill', signal });
  if (!isHeld(lock)) return holderOf(lock);
  try {
    await ledger.append({ type: 'drilled', at: new Date().toISOString(), by, backup }, lock);
    return null;
  } finally {
    await lock.release();
  }
}

const signingKey = 'BACKUP_SIGNING_KEY';

/** The key that signs, and the one before where there is one. The worker has the same by the same names. */
function signingKeys(
  { signingKey: given }: BackupSettings,
  session: Session,
): [string, ...string[]] | undefined {
  const { vault } = session;
  const secret = (name: string) => vault.get(name)?.trim() || undefined;
  const name = typeof given === 'object' ? given.name : signingKey;
  const key = given === undefined ? secret(signingKey) : textOf(given, session);
  const before = secret(`${name}_PREVIOUS`);
  return key === undefined ? undefined : [key, ...(before === undefined ? [] : [before])];
}

/** Reads what of it is kept elsewhere. */
const vaultOf = ({ vault }: Session, settings: BackupSettings): Promise<void> =>
  vault.elsewhere.read(
    Object.values(settings).flatMap((value) =>
      typeof value === 'object' && 'kind' in value && isAddress(value.name) ? [value.name] : [],
    ),
  );

function textOf(value: string | SecretReference | undefined, { vault }: Session): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  const secret = vault.get(value.name)?.trim();
  if (secret) return secret;
  const problem = vault.problemOf?.(value.name);
  if (problem) throw problem;
  throw new ConductorError({
    code: 'settings.missing',
    message: `backups: ${value.name} has no value.`,
    hint: vault.howTo(value.name),
    exit: exitCode.checksFailed,
  });
}

async function recipientsOf({ recipients }: BackupSettings, { root }: Session): Promise<string[] | null> {
  if (recipients === 'none') return null;
  if (recipients !== 'team') return recipients;
  const team = (await readRecipients(root)).map(({ key }) => key);
  if (team.length > 0) return team;
  throw new ConductorError({
    code: 'backups.no-recipients',
    message: 'There is nobody to encrypt the backup to: secrets/recipients has no key.',
    hint: "Make yours with `conductor secrets recipients init`, or say recipients: 'none' for an environment without secrets.",
    exit: exitCode.usage,
  });
}

/** The address of the project's MongoDB: the one outside, or what the target can say of the one that it provides. */
async function storeUrl({ desired, target, name: environment }: Session): Promise<string> {
  const mongodb = desired.stores.find(({ kind }) => kind === 'mongodb');
  const url = mongodb && (mongodb.url ?? (await target.storeUrl?.(mongodb.name)));
  if (url !== undefined) return url;
  throw new ConductorError({
    code: 'backups.no-database',
    message: mongodb
      ? `This machine has no address of the database of ${environment}.`
      : 'The project has no MongoDB store to back up.',
    hint: target.storeUrl
      ? `Is it running? Look with: conductor status ${environment}`
      : `Give environments.${environment}.backups.source its connection string as a secret.`,
    exit: exitCode.usage,
  });
}
