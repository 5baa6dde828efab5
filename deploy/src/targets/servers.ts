import type { Finding } from '../model/finding.ts';

/** What is asked of a machine that becomes a server, or is looked at as one. */
export interface AddOrder {
  /** How it is reached, with the rights of root: `ssh://root@203.0.113.10`. */
  readonly address: string;
  /** Does what is missing there; left out, it is only said. */
  readonly install: boolean;
  /** It takes orders, too, beside the servers that do. */
  readonly manager: boolean;
  /** The account by which deploys reach its engine; undefined: the one of the config, else `deploy`. */
  readonly account: string | undefined;
  /** By which of its addresses other servers reach it; undefined: a private one where it has one. */
  readonly advertise: string | undefined;
  /** Its own firewall is looked at and set up. False: that is the provider's. */
  readonly firewall: boolean;
  readonly signal: AbortSignal;
  /** Told of each finding as it is there. */
  found(finding: Finding): void;
  /** Told of what is being done, in a few words that begin small: `installs Docker`. */
  doing(what: string): void;
}

/** What a machine that was added is now. */
export interface Added {
  /** Nothing is missing. False: it was made part of nothing. */
  readonly ready: boolean;
  readonly findings: readonly Finding[];
  /** What was done, in order. */
  readonly done: readonly string[];
  /** By which address the other servers reach it; null while it is part of nothing. */
  readonly advertised: string | null;
  /** Null: it is part of nothing yet. */
  readonly role: 'manager' | 'worker' | null;
  /** Lines of the config that are not there yet, as they are to be written. */
  readonly config: readonly string[];
}

/** The own servers of a place. */
export interface Servers {
  /**
   * Looks at a machine, with `install` does what is missing, and once it is whole makes it part of the servers. Idempotent.
   * @throws {ConductorError} `server.…`: exit 3 where nothing of the servers was changed, 7 where it is not known.
   */
  add(order: AddOrder): Promise<Added>;
}
