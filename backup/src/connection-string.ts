import { ConnectionString } from 'mongodb-connection-string-url';
import { BackupError } from './errors.ts';

/** What a connection string of MongoDB says, without its secrets. */
export interface MongoAddress {
  /** `host:port` of each member; of `mongodb+srv` the one name that stands for them. */
  readonly hosts: readonly string[];
  /** The hosts are found by DNS. */
  readonly srv: boolean;
  /**
   * The database of the application. Undefined where none is named, and where the string only says in which one users are kept: managed
   * servers give strings that end in `/admin`.
   */
  readonly database: string | undefined;
}

/** Databases that every server has for itself. */
const SERVERS_OWN = new Set(['admin', 'config', 'local']);

/**
 * Reads a connection string, also one of several hosts, which is not a URL.
 * @throws {BackupError} `settings.invalid`; its message does not hold the string, which is a secret.
 */
export function parseConnectionString(text: string): MongoAddress {
  let parsed: ConnectionString;
  let database: string;
  try {
    parsed = new ConnectionString(text);
    database = decodeURIComponent(parsed.pathname.slice(1));
  } catch {
    // What it says may quote the string.
    throw new BackupError({
      code: 'settings.invalid',
      message: 'That is no connection string of MongoDB.',
      hint: 'It has the form mongodb://USER:PASSWORD@HOST:PORT,HOST:PORT/DATABASE?replicaSet=NAME or mongodb+srv://USER:PASSWORD@NAME/DATABASE.',
    });
  }
  return {
    hosts: parsed.hosts,
    srv: parsed.isSRV,
    database: database === '' || SERVERS_OWN.has(database) ? undefined : database,
  };
}
