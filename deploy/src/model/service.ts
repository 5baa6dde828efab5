import type { ServiceCommand } from './service-command.ts';

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

/** Files that are served for a service, which then needs no server of its own. */
export interface StaticFiles {
  /** Folder that holds them, relative to the service's own; its build may make it. */
  readonly folder: string;
  /** File in it that answers paths of pages that there is no file for, as single-page applications want it. */
  readonly fallback?: string;
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
  /** Shell-free command line that starts it; it listens on PORT. Empty: its image says how, or its files are served ({@link static}). */
  readonly start: readonly string[];
  readonly static?: StaticFiles;
  /** The same in its image, where that is another: an image may bring a server of its own. */
  readonly imageStart?: readonly string[];
  /** Public paths (prefixes) that it serves on the project's address; none: it takes no public requests. */
  readonly paths: readonly string[];
  /** Left out: it is healthy when it answers its first public path below 500, or, without public paths, when it stays up. */
  readonly health?: Health;
  readonly metrics?: MetricsEndpoint;
  readonly replicas: number;
  /** Seconds that an old replica may take to finish what it has. */
  readonly drain: number;
  /** Never two at once: the old one is stopped before the new one starts. */
  readonly singleton: boolean;
  readonly variables: Readonly<Record<string, Variable>>;
  /** What people can ask of it by a name. */
  readonly commands?: Readonly<Record<string, ServiceCommand>>;
}
