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

/** One of the servers, as the managers see it. */
export interface ServerSeen {
  readonly name: string;
  readonly id: string;
  /** By which the other servers reach it. */
  readonly address: string;
  /** The one of the config's `host`: the edge, the switch and the stores are there. */
  readonly host: boolean;
  readonly role: 'leader' | 'manager' | 'worker';
  /** The engine's own words. */
  readonly state: string;
  readonly availability: string;
  /** Version of Docker. */
  readonly engine: string;
  readonly runs: readonly { readonly name: string; readonly replicas: number }[];
}

export interface ServerList {
  readonly servers: readonly ServerSeen[];
  readonly managers: number;
  /** Managers that answer. */
  readonly reachable: number;
  /** What of them may be lost, in words. */
  readonly quorum: string;
}

export interface MoveOrder {
  readonly signal: AbortSignal;
  /** Told of what is being done, in a few words that begin small. */
  doing(what: string): void;
}

export interface Moved {
  readonly server: string;
  /** Services that ran there, and run elsewhere now. */
  readonly moved: readonly string[];
}

export interface RemoveOrder extends MoveOrder {
  /** It is off, and never comes back. */
  readonly dead: boolean;
  /** What of ours lies on its disk goes, too. */
  readonly volumes: boolean;
}

export interface Removed extends Moved {
  /** Services that could only run there; with it their data are gone. */
  readonly lost: readonly string[];
  /** Of ours, on its disk. */
  readonly volumes: readonly string[];
  readonly volumesRemoved: boolean;
  /** False: its engine could not be told, and believes that it is part of the servers. */
  readonly left: boolean;
  /** The line of the config as it is to be now; null: it was not in there. */
  readonly config: string | null;
  /** Lines for the firewalls of the others, where its address is let in. */
  readonly firewall: readonly string[];
}

/** The own servers of a place. */
export interface Servers {
  /**
   * Looks at a machine, with `install` does what is missing, and once it is whole makes it part of the servers. Idempotent.
   * @throws {ConductorError} `server.…`: exit 3 where nothing of the servers was changed, 7 where it is not known.
   */
  add(order: AddOrder): Promise<Added>;
  /** Every server. */
  list(): Promise<ServerList>;
  /** Resolves when what ran there runs elsewhere. @throws {ConductorError} `server.pinned`, `server.nowhere`, `server.no-replacement` (exit 3), `server.not-moved` (exit 7) */
  drain(server: string, order: MoveOrder): Promise<Moved>;
  /** It takes replicas again. */
  activate(server: string): Promise<Moved>;
  /** @throws {ConductorError} as {@link drain}; `server.quorum`, `server.dead` (exit 3), `server.alive` (exit 2) */
  remove(server: string, order: RemoveOrder): Promise<Removed>;
}
