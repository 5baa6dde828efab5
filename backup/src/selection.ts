import { isServersOwn, type Namespace, nameOf } from './archive/format.ts';
import { BackupError } from './errors.ts';
import type { CollectionRecord } from './manifest.ts';

/** Which collections of a backup are meant, and where they go. */
export interface Selection {
  /** Only these: `db` or `db.collection`. Default: all. */
  readonly only?: readonly string[];
  /** From `db` to `db`, or from `db.collection` to `db.collection`. That of a collection goes before that of its database. */
  readonly rename?: Readonly<Record<string, string>>;
  /** The database into which all goes that is not renamed. Default: each into the one that it came from. */
  readonly database?: string;
}

/** A collection of a backup, and where it goes. */
export interface Placement {
  readonly record: CollectionRecord;
  readonly target: Namespace;
  /** It goes there under a name of the caller's own, where it must not replace anything. */
  readonly renamed: boolean;
}

/** Names that a message lists at most. */
const NAMED = 20;

/**
 * Finds the collections that a selection means. What it cannot mean exactly is an error: a name that the backup does not have, two
 * collections with the same goal, a goal that is no name.
 * @throws {BackupError} `restore.selection`
 */
export function select(collections: readonly CollectionRecord[], selection: Selection): Placement[] {
  const { only, rename = {}, database } = selection;
  const offered = collections.filter((record) => !isServersOwn(record));
  if (offered.length === 0)
    throw wrong('The backup has no collections.', 'Its manifest lists its collections.');
  expectKnown(only ?? [], offered, 'The backup has nothing called');
  const chosen = offered.filter(({ db, collection }) =>
    only === undefined ? true : only.includes(db) || only.includes(`${db}.${collection}`),
  );
  expectKnown(Object.keys(rename), chosen, 'Nothing is restored that is called');
  for (const [from, to] of Object.entries(rename)) expectName(from, to);
  expectOneDatabase(chosen, rename, database);
  const placements = chosen.map((record) => {
    const target = goalOf(record, rename, database);
    const named = rename[nameOf(record)] ?? rename[record.db];
    return { record, target, renamed: named !== undefined && nameOf(target) !== nameOf(record) };
  });
  expectNoCollision(placements);
  return placements;
}

/** Where a collection goes that the backup does not have, because it was made later; undefined when the selection does not mean it. */
export function goalOfLater(
  namespace: Namespace,
  { only, rename = {}, database }: Selection,
): Namespace | undefined {
  const isMeant = only === undefined || only.includes(namespace.db) || only.includes(nameOf(namespace));
  return isMeant ? goalOf(namespace, rename, database) : undefined;
}

function goalOf({ db, collection }: Namespace, rename: Readonly<Record<string, string>>, database?: string) {
  const whole = rename[`${db}.${collection}`];
  if (whole === undefined) return { db: rename[db] ?? database ?? db, collection };
  const dot = whole.indexOf('.');
  return { db: whole.slice(0, dot), collection: whole.slice(dot + 1) };
}

function expectKnown(wanted: readonly string[], offered: readonly CollectionRecord[], what: string): void {
  const known = new Set(offered.flatMap((record) => [record.db, nameOf(record)]));
  const unknown = wanted.filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  const names = [...known];
  const more = names.length > NAMED ? `, and ${names.length - NAMED} more` : '';
  throw wrong(`${what} ${unknown.join(', ')}.`, `There are: ${names.slice(0, NAMED).join(', ')}${more}.`);
}

// https://www.mongodb.com/docs/manual/reference/limits/#naming-restrictions
const DATABASE = /^(?!(?:admin|config|local)$)[^/\\. "$*<>:|?\0]{1,63}$/;
const COLLECTION = /^(?!system\.)[^$\0]+$/;
const NAMESPACE_BYTES = 255;

function expectName(from: string, to: string): void {
  if (!from.includes('.')) {
    if (DATABASE.test(to)) return;
    throw wrong(
      `"${to}" cannot be the name of a database, as ${from} is one.`,
      `Write ${from}=ANOTHER_DATABASE.`,
    );
  }
  const dot = to.indexOf('.');
  const [db, collection] = [to.slice(0, dot), to.slice(dot + 1)];
  const fits =
    dot > 0 && DATABASE.test(db) && COLLECTION.test(collection) && Buffer.byteLength(to) <= NAMESPACE_BYTES;
  if (fits) return;
  throw wrong(
    `"${to}" cannot be the name of a collection with its database, as ${from} is one.`,
    `Write ${from}=DATABASE.COLLECTION.`,
  );
}

/** A target that names one database has room for one. */
function expectOneDatabase(
  chosen: readonly CollectionRecord[],
  rename: Readonly<Record<string, string>>,
  database: string | undefined,
): void {
  if (database === undefined) return;
  const moved = chosen.filter(
    (record) => rename[nameOf(record)] === undefined && rename[record.db] === undefined,
  );
  const databases = [...new Set(moved.map(({ db }) => db))];
  if (databases.length <= 1) return;
  throw wrong(
    `The target is the database ${database}, and the backup has ${databases.length}: ${databases.join(', ')}.`,
    `Choose one of them, or take the name of the database out of the target's address.`,
  );
}

function expectNoCollision(placements: readonly Placement[]): void {
  const sources = new Map<string, string[]>();
  for (const { record, target } of placements) {
    const name = nameOf(target);
    sources.set(name, [...(sources.get(name) ?? []), nameOf(record)]);
  }
  for (const [target, from] of sources) {
    if (from.length > 1)
      throw wrong(`${from.join(' and ')} would both become ${target}.`, 'Give each a name of its own.');
  }
}

const wrong = (message: string, hint: string): BackupError =>
  new BackupError({ code: 'restore.selection', message, hint });
