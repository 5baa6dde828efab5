import type { Authenticator, Conversation } from '../authentication/authenticator.ts';
import type { Doc, Value } from '../bson/values.ts';
import { isDoc, toNumber, truthy } from '../bson/values.ts';
import type { Clock } from '../clock.ts';
import type { Cursors } from '../cursors.ts';
import { CommandError, typeMismatch } from '../errors.ts';
import type { FailPoint } from '../fail-point.ts';
import type { Oplog } from '../oplog/oplog.ts';
import { type Collation, parseCollation } from '../query/collation.ts';
import type { SessionRequest, Sessions } from '../sessions.ts';
import type { Snapshots } from '../snapshots.ts';
import type { Collection } from '../storage/catalog.ts';
import type { Store } from '../storage/store.ts';
import type { View } from '../storage/view.ts';
import type { Transactions } from '../transactions.ts';

/** What the server keeps for all its clients. */
export interface Server {
  readonly store: Store;
  readonly transactions: Transactions;
  readonly sessions: Sessions;
  readonly cursors: Cursors;
  readonly snapshots: Snapshots;
  readonly clock: Clock;
  /** Undefined where no history is kept. */
  readonly oplog: Oplog | undefined;
  readonly failPoint: FailPoint;
  /** It behaves as a MongoDB without a replica set: no transactions. */
  readonly standalone: boolean;
  /** Clients have to authenticate; undefined where everybody may do everything. */
  readonly authenticator: Authenticator | undefined;
  readonly startedAt: number;
  readonly counters: Record<'insert' | 'query' | 'update' | 'delete' | 'getmore' | 'command', number>;
  connections(): number;
}

/** What the server knows of one client. */
export interface Connection {
  readonly id: number;
  /** The address the client reached this server by, for `hello`. */
  readonly address: string;
  /** Who it has proven to be. */
  user?: string | undefined;
  /** Its proof, on its way. */
  conversation?: Conversation | undefined;
}

/** One command of one client. */
export interface Call {
  readonly server: Server;
  readonly db: string;
  readonly name: string;
  readonly command: Doc;
  /** The latest state, or the transaction the command runs in. */
  readonly view: View;
  readonly session: SessionRequest;
  readonly connection: Connection;
}

/** Answers a command; the reply gets `ok: 1` and the times added. */
export type Handler = (call: Call) => Doc;

/** A command and what the dispatcher has to know of it. */
export interface Command {
  readonly handle: Handler;
  /** Fields it takes besides those that every command takes; others are errors. Not given: anything goes. */
  readonly fields?: readonly string[];
  /** May run inside a transaction. */
  readonly transactional?: boolean;
  /** Writes: runs as one change of the store, at most once when the client numbers it. */
  readonly writes?: boolean;
  readonly adminOnly?: boolean;
  /** For clients, too, that have not authenticated. */
  readonly open?: boolean;
}

/** The collection's name that a command such as `{find: 'name'}` gives. Errors: 73. */
export const collectionName = ({ command, name, db }: Call): string => {
  const value = command[name];
  if (typeof value !== 'string')
    throw new CommandError(73, `collection name has invalid type ${typeof value}`);
  assertNamespace(db, value);
  return value;
};

/** Errors: 73 for a name that MongoDB would not take. */
export const assertNamespace = (db: string, name: string): void => {
  if (db === '' || /[/\\. "$\0]/.test(db) || db.length > 63)
    throw new CommandError(73, `Invalid database name: '${db}'`);
  if (name === '' || name.startsWith('.') || name.endsWith('.') || name.includes('\0') || name.includes('$'))
    throw new CommandError(73, `Invalid namespace specified '${db}.${name}'`);
};

export const findCollection = (call: Call, name: string): Collection | undefined =>
  call.server.store.find(call.db, name);

/** The collection a write goes to, made if it does not exist. Errors: 73 (also for the server's own oplog), 166 for a view. */
export const collectionForWrite = (call: Call, name: string): Collection => {
  const found = findCollection(call, name);
  if (found?.view) throw new CommandError(166, `Namespace ${call.db}.${name} is a view, not a collection`);
  if (name.startsWith('system.') || found?.oplog)
    throw new CommandError(73, `cannot write to ${call.db}.${name}`);
  return found ?? call.server.store.create(call.db, name, {});
};

/** A document field of a command, or undefined. Errors: 14. */
export const docField = (command: Doc, name: string, command_ = ''): Doc | undefined => {
  const value = command[name];
  if (value === undefined || value === null) return undefined;
  if (!isDoc(value))
    throw typeMismatch(
      `BSON field '${command_}${command_ && '.'}${name}' is the wrong type '${typeof value}', expected type 'object'`,
    );
  return value;
};

/** A whole number that must not be negative. Errors: 14, 2. */
export const countField = (command: Doc, name: string): number | undefined => {
  const value = command[name];
  if (value === undefined || value === null) return undefined;
  const number = toNumber(value);
  if (number === undefined)
    throw typeMismatch(
      `BSON field '${name}' is the wrong type '${typeof value}', expected types '[long, int, decimal, double]'`,
    );
  if (number < 0)
    throw new CommandError(51024, `BSON field '${name}' value must be >= 0, actual value '${number}'`);
  return Math.trunc(number);
};

export const flagField = (command: Doc, name: string): boolean =>
  command[name] !== undefined && truthy(command[name]);

/** The collation a command asks for, else the collection's own. */
export const collationOf = (given: Value, collection: Collection | undefined): Collation | undefined =>
  given === undefined || given === null ? collection?.collation : parseCollation(given);

/** The variables of `let`, which must be constants. */
export const letOf = (command: Doc): Record<string, Value> | undefined => docField(command, 'let');
