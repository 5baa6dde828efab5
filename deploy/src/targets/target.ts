/**
 * A place where releases run. Everything that differs between places is in here: as data in {@link Traits}, or behind these
 * six verbs. The engine owns the lock, journal, gates, deadlines, verdict and display; a target only knows its place.
 * Nothing outside `targets/<name>/` tests a target's name.
 */

/** Every word that the state of a service's release can be. What a platform says beyond them is `unknown`, never success. */
export type State =
  | 'pending'
  | 'building'
  | 'releasing'
  | 'starting'
  | 'live'
  | 'failed'
  | 'canceled'
  | 'superseded'
  | 'unknown';

/** What a place can do, for the planner and the messages. Data, so that nobody needs to ask which place it is. */
export interface Traits {
  /** Old and new run side by side until the new one is proven. */
  readonly overlap: boolean;
  /** The drain time of a service is honoured. */
  readonly drain: boolean;
  /** The place keeps the previous release warm after cutover when asked ({@link DeployOptions.keepPrevious}). */
  readonly warm: boolean;
  /** More than one replica of a service can run. */
  readonly replicas: boolean;
  /** It can run a release task before new code serves. */
  readonly releaseTask: boolean;
  /** It can deploy a repository's exact commit. */
  readonly commits: boolean;
  /** It can run an image by digest. */
  readonly images: boolean;
  /** The kinds of store it provides itself; the others need a URL from outside. */
  readonly stores: readonly StoreKind[];
  /** It serves custom domains with certificates. */
  readonly domains: boolean;
  /** A deploy makes the stores, services and variables of its release by itself: only domains and removals are changes of their own. */
  readonly selfContained?: boolean;
  /** It is one machine's own: its history and lock stay on that machine, and are not shared with the team. */
  readonly personal?: boolean;
}

export type StoreKind = 'mongodb' | 'redis';

/** A data service of the project. */
export interface Store {
  readonly name: string;
  readonly kind: StoreKind;
  /** An outside server to use instead of one that the target provides. Secret: never printed. */
  readonly url?: string;
}

/** The value of one environment variable of a service. A target renders a reference in its own way (`${{MongoDB.MONGO_URL}}`…). */
export type Variable =
  | { readonly kind: 'plain'; readonly value: string }
  | { readonly kind: 'secret'; readonly value: string }
  | { readonly kind: 'store'; readonly store: string; readonly property: 'url' }
  | { readonly kind: 'service'; readonly service: string; readonly property: 'url' | 'host' };

export interface Health {
  /** Path that answers 2xx only when the service can take work. */
  readonly path: string;
  /** Seconds from start to healthy, after which the service has failed. */
  readonly deadline: number;
}

/** Where a service tells what it has counted, in Prometheus' text format, and by which names. */
export interface MetricsEndpoint {
  readonly path: string;
  /** Name of the service's variable whose value opens it, as `Authorization: Bearer …`. */
  readonly token?: string;
  /** Counter of answers with their `status`: `5xx`, `503`. */
  readonly requests: string;
  /** Histogram of the seconds that answers took. */
  readonly duration: string;
  /** Counter of tries of jobs with their `outcome`, of which `failed` counts. */
  readonly jobs: string;
  /** Counter of lines logged at level error or worse. */
  readonly errorLines: string;
}

/** One long-running part of a release, completely described: what the target needs to run it, and nothing else. */
export interface Service {
  readonly name: string;
  /** Folder of the service, relative to the project's root. Commands run there. */
  readonly root: string;
  readonly dockerfile?: string;
  /** Image by digest, where the release carries one. */
  readonly image?: string;
  /** Shell-free command line that builds it, run once per release where the target builds from source. */
  readonly build?: readonly string[];
  /** Shell-free command line that starts it. It finds its port in PORT. */
  readonly start: readonly string[];
  /** The same in its image, where that is another: an image may bring a server of its own. */
  readonly imageStart?: readonly string[];
  /** Public paths (prefixes) that it serves on the project's address; none: it takes no public requests. */
  readonly paths: readonly string[];
  readonly health?: Health;
  readonly metrics?: MetricsEndpoint;
  readonly replicas: number;
  /** Seconds that an old replica may take to finish what it has. */
  readonly drain: number;
  /** Never two at once: the old one is stopped before the new one starts. */
  readonly singleton: boolean;
  readonly variables: Readonly<Record<string, Variable>>;
}

/** A command that runs once before new code serves (indexes, migrations), with the variables of its service. */
export interface ReleaseTask {
  readonly service: string;
  readonly command: readonly string[];
  /** Seconds after which it has failed. */
  readonly deadline: number;
}

/** What is deployed: immutable, and complete enough to be deployed again years later. */
export interface Release {
  /** `vYYYYMMDD_HHMMSS` (UTC). */
  readonly version: string;
  /** Full commit id; null where there is no git. */
  readonly commit: string | null;
  /** The tree had changes beyond the commit, so the release was built from the working tree. */
  readonly dirty: boolean;
  readonly environment: string;
  readonly createdAt: string;
  readonly task?: ReleaseTask;
  readonly stores: readonly Store[];
}

export interface Progress {
  /** Name of the service, or `null` when it is about the release as a whole. */
  readonly service: string | null;
  readonly state: State;
  /** For people; a platform's raw word belongs here. */
  readonly detail: string;
  readonly url?: string;
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

export interface Finding {
  readonly level: 'ok' | 'warning' | 'failure';
  readonly title: string;
  readonly detail?: string;
  /** How to mend it. Present unless `ok`. */
  readonly fix?: string;
}

export interface ObservedService {
  readonly name: string;
  readonly state: State;
  /** Version of the release that serves; null when none or not known. */
  readonly version: string | null;
  /** Replicas that are up / that should be. */
  readonly replicas: { readonly ready: number; readonly wanted: number };
  readonly restarts: number;
  /** Names, with plain values or a secret's keyed fingerprint. */
  readonly variables: Readonly<Record<string, { readonly value: string } | { readonly fingerprint: string }>>;
  readonly url?: string;
}

export interface ObservedStore {
  readonly name: string;
  readonly kind: StoreKind;
  readonly state: State;
  /** What runs it, for people: `embedded-mongo`, `redis-server 7.0.15`. */
  readonly provider: string;
}

/** A DNS record that must be published for a domain, as the place itself asks for it. */
export interface DnsRecord {
  /** ALIAS: a CNAME where the zone allows it at this name, else the provider's flattening (ALIAS, ANAME). */
  readonly type: 'A' | 'AAAA' | 'CNAME' | 'ALIAS' | 'TXT' | 'CAA';
  /** Full name, without a dot at the end. */
  readonly host: string;
  readonly value: string;
  /** Seconds. */
  readonly ttl: number;
  readonly purpose: 'traffic' | 'ownership' | 'certificate';
}

export interface ObservedDomain {
  readonly host: string;
  readonly service: string;
  readonly records: readonly DnsRecord[];
  /** What the place says of its certificate; the handshake tells the truth. */
  readonly certificate: 'pending' | 'valid' | 'failed' | 'unknown';
  readonly detail?: string;
}

/** What the place has right now, as far as it can tell. */
export interface Observed {
  /** Version that takes new requests; null when none does. */
  readonly live: string | null;
  readonly services: readonly ObservedService[];
  readonly stores: readonly ObservedStore[];
  readonly domains: readonly ObservedDomain[];
  /**
   * Public base address of each service that has public paths, by the service's name, without a slash at the end:
   * `{ backend: 'http://localhost:8080', frontend: 'http://localhost:8080' }`. The engine verifies and probes through them.
   */
  readonly urls: Readonly<Record<string, string>>;
}

/** One change of the plan that prepares a deploy. Applying it twice is the same as once. */
export type Change =
  | { readonly kind: 'store'; readonly action: 'create' | 'remove'; readonly store: Store }
  | { readonly kind: 'service'; readonly action: 'create' | 'update' | 'remove'; readonly service: Service }
  | {
      readonly kind: 'variables';
      readonly service: string;
      readonly set: Readonly<Record<string, Variable>>;
      readonly unset: readonly string[];
    }
  | {
      readonly kind: 'domain';
      readonly action: 'create' | 'remove';
      readonly service: string;
      readonly host: string;
    };

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

export interface Target {
  /** "production on railway" */
  readonly name: string;
  readonly traits: Traits;

  /** Credentials, rights, limits, auto-deploy off, disk and ports. Reads only. */
  check(): Promise<Finding[]>;

  /** Services, stores, variables (names and fingerprints), domains, releases. Reads only. */
  inspect(): Promise<Observed>;

  /** One change of the plan. Idempotent. */
  apply(change: Change): Promise<void>;

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

  /** Log lines of a service, oldest first. */
  logs(service: string, query: LogQuery): AsyncIterable<LogLine>;

  /** Removes a service from the place. Only from an explicit, confirmed command. */
  remove(service: string): Promise<void>;

  /**
   * Stops everything of the environment (services and the stores that the target provides) and keeps its data; the next deploy
   * starts it again. Idempotent. Places that are meant never to be stopped as a whole leave it out.
   */
  stop?(): Promise<void>;

  /**
   * Connection string of a store that the target provides, as this machine reaches it; undefined while it doesn't run. A secret.
   * Places whose stores can't be reached from outside leave it out.
   */
  storeUrl?(store: string): Promise<string | undefined>;

  /**
   * Base address of each replica of a service of what is live, as this machine reaches it: `http://127.0.0.1:4711`. Places whose
   * replicas can't be reached one by one leave it out; they are asked through the public address.
   */
  replicaUrls?(service: string): Promise<readonly string[]>;
}
