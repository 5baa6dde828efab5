import type { Change } from '../model/change.ts';
import type { Finding } from '../model/finding.ts';
import type { MaintenanceNotice } from '../model/maintenance.ts';
import type { Observed } from '../model/observed.ts';
import type { Release } from '../model/release.ts';
import type { Service } from '../model/service.ts';
import type { State } from '../model/state.ts';
import type { Traits } from '../model/traits.ts';
import type { Servers } from './servers.ts';

export interface ApplyOptions {
  readonly more?: boolean;
}

/**
 * A place where releases run. Everything that differs between places is in here: as data in {@link Traits}, or behind these
 * six verbs. The engine owns the lock, journal, gates, deadlines, verdict and display; a target only knows its place.
 * Nothing outside `targets/<name>/` tests a target's name.
 */

export interface Progress {
  /** Name of the service, or `null` when it is about the release as a whole. */
  readonly service: string | null;
  readonly state: State;
  /** For people; a platform's raw word belongs here. */
  readonly detail: string;
  readonly url?: string;
  /** The last log lines of what failed. They are shown where it is told, and kept nowhere: `detail` says in our words what it was. */
  readonly evidence?: readonly string[];
  /**
   * The target stands before its point of no return: all services are up and proven where they are, none serves yet. Work
   * goes on only when the consumer asks for the next item, so the engine's gates run here; aborting takes everything back.
   * Targets whose platform cuts over by itself never yield it.
   */
  readonly gate?: 'cutover';
}

export interface DeployOptions {
  /** Seconds to keep the previous release warm after cutover, where the traits say `warm`. */
  readonly keepPrevious?: number;
  /** The release has served before, so the target may skip what only proves new code (release task, settle time). */
  readonly proven?: boolean;
}

export interface LogQuery {
  /** Last lines to begin with. */
  readonly lines?: number;
  /** Goes on until the signal aborts. */
  readonly follow?: boolean;
  /** Only this release's lines. */
  readonly version?: string;
  readonly signal?: AbortSignal;
}

export interface LogLine {
  readonly service: string;
  readonly at: string | null;
  readonly text: string;
}

/** A command of a service that is to run beside what is live. */
export interface CommandOrder {
  readonly service: string;
  /** The version that is live: its code, its settings. */
  readonly version: string;
  /** Program and words, for no shell to read. */
  readonly words: readonly string[];
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Takes what it writes to stdout; left out, it writes to this process's own. */
  readonly output?: (text: string) => void;
}

/** How a person does by hand what a place does not let Conductor do: lines to type, each a line of a shell. */
export interface ByHand {
  command?(order: Pick<CommandOrder, 'service' | 'words'>): Promise<readonly string[]>;
  /** Opens a shell of a store, or shows its address. */
  store(store: string): Promise<readonly string[]>;
  /** How visitors are told that it is being worked on, in a sentence: of places that leave {@link Target.maintenance} out. */
  readonly maintenance?: string;
}

/** Visitors are told that it is being worked on, while all of it goes on running. */
export interface Maintenance {
  /** Whether a message of ours is shown, or a page: the platform's own, or one at an address of ours. */
  readonly says: 'message' | 'page';
  /** Null: visitors are served. */
  read(): Promise<MaintenanceNotice | null>;
  /** Null: visitors are served again. Resolves when it is so. Idempotent. */
  set(notice: MaintenanceNotice | null): Promise<void>;
  /**
   * Headers that let a request of Conductor's own through; none while visitors are served. A secret. Left out: nobody is let through, so
   * no release can be seen meanwhile.
   */
  pass?(): Promise<Readonly<Record<string, string>>>;
}

/** What `start` has come to. */
export interface Started {
  /** The release that serves. */
  readonly version: string;
  /** False: all of it did already. */
  readonly began: boolean;
}

/** What visitors were answered at the public address for one process of a service, since that began. */
export interface ServiceTraffic {
  readonly service: string;
  /** Tells one process from another, and from a later one in its place. */
  readonly process: string;
  readonly answers: number;
  /** Answers with 5xx. */
  readonly errors: number;
  /** Answers that began within so many seconds, ascending, cumulative; the last bound is Infinity. */
  readonly buckets: readonly (readonly [seconds: number, answers: number])[];
}

export interface Target {
  /** "production on railway" */
  readonly name: string;
  readonly traits: Traits;

  /** Certificates (PEM) of authorities by which its public addresses are believed, beside the usual ones. Left out: those suffice. */
  readonly roots?: string | undefined;

  /** Credentials, rights, limits, auto-deploy off, disk and ports. Reads only. */
  check(): Promise<Finding[]>;

  /** Services, stores, variables (names and fingerprints), domains, releases. Reads only. */
  inspect(): Promise<Observed>;

  /**
   * Public addresses of the services as they are now, by name: those of {@link inspect}, with less asking. Left out where that asks for
   * little.
   */
  urls?(): Promise<Observed['urls']>;

  /**
   * One change of the plan. Idempotent.
   * @param options.more others of its kind follow at once: what is better done for all of them together may wait for the last one
   */
  apply(change: Change, options?: ApplyOptions): Promise<void>;

  /**
   * Makes the place run `release`. Idempotent per (service, release): called again after a crash, it joins what is under way.
   * Ends with one settled state per service (`live`, `failed`, `canceled`, `superseded`, `unknown`); `live` only when healthy
   * and taking all new requests. On failure or abort the previous release keeps serving and nothing of the new one is left
   * running. With a signal that is already aborted it takes back what an earlier call, killed before its cutover, has left.
   * Secrets never appear in progress, logs or errors. A failure is a Progress, not an exception; exceptions are for
   * what prevented the attempt.
   */
  deploy(
    release: Release,
    services: readonly Service[],
    signal: AbortSignal,
    options?: DeployOptions,
  ): AsyncIterable<Progress>;

  /**
   * The release serves and is good: what {@link deploy} has kept running of the ones before ({@link DeployOptions.keepPrevious}) is let
   * finish and ends. Idempotent. Left out where the place ends it by itself.
   */
  retire?(version: string): Promise<void>;

  /** Log lines of a service, oldest first. */
  logs(service: string, query: LogQuery): AsyncIterable<LogLine>;

  /** Removes a service from the place. Only from an explicit, confirmed command. */
  remove(service: string): Promise<void>;

  /**
   * Stops everything of the environment (services and the stores that the target provides) and keeps its data; the next deploy
   * and `start` start it again. Idempotent. Places that are meant never to be stopped as a whole leave it out.
   */
  stop?(): Promise<void>;

  /**
   * Makes what was live serve again, the same release with its settings of then, wherever nothing or not all of it does: after `stop`,
   * after the machine was restarted, after whatever has ended it. Builds nothing, and starts nothing that runs. Resolves when every
   * service and store takes requests. Idempotent. When the signal aborts, the waiting ends and what was started goes on. Places
   * that see to that themselves leave it out.
   * @throws {ConductorError} `start.nothing` (exit 2) where nothing was ever live; exit 3 when it cannot begin, and nothing was
   * started; `start.not-up` (exit 7) when not all of it was healthy in time.
   */
  start?(signal: AbortSignal): Promise<Started>;

  /**
   * What visitors of a release were answered, by each process of its services; none for a release that does not run. Health checks and
   * Conductor's own requests do not count. Places that do not see the traffic leave it out.
   */
  traffic?(version: string): Promise<readonly ServiceTraffic[]>;

  /**
   * Runs a command of a service beside its processes, with their settings, which reach it by its environment alone. Resolves with its exit
   * code: 128 and the number of the signal where one has ended it. When `signal` aborts, it is ended. Places that cannot do this leave it
   * out and say in {@link byHand} how a person can.
   * @throws {ConductorError} `run.not-live` (exit 7) where another version is live by now; `run.not-started` (exit 2) for a program that
   * is not there.
   */
  run?(order: CommandOrder): Promise<number>;

  /** Left out: the place has no such thing, and {@link byHand} says what to do. */
  readonly maintenance?: Maintenance;

  /** The servers that it is made of. Left out: it has none of its own. */
  readonly servers?: Servers;

  /** The place's own means for what it does not let Conductor do. */
  readonly byHand?: ByHand;

  /**
   * Connection string of a store that the target provides, as this machine reaches it; undefined while it doesn't run. A secret.
   * Places whose stores can't be reached from outside leave it out.
   */
  storeUrl?(store: string): Promise<string | undefined>;

  /** What {@link storeUrl} says leads through this process: it is good as long as this runs. */
  readonly tunnels?: boolean;

  /**
   * Base address of each replica of a service of what is live, as this machine reaches it: `http://127.0.0.1:4711`. Places whose
   * replicas can't be reached one by one leave it out; they are asked through the public address.
   */
  replicaUrls?(service: string): Promise<readonly string[]>;
}
