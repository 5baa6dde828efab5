/** What is known of an environment, by which the answers of its domains are judged. Services are named as in the config. */
export interface Serving {
  /** Versions of which one answers, as `X-Release`; none: not known. */
  readonly versions: readonly string[];
  /** Services of which what is live is known to name no version in its answers. */
  readonly nameless: readonly string[];
  /** Path for which each public service is asked. Left out: `/`. */
  readonly paths: Readonly<Record<string, string>>;
  /** Hosts of each service, the main one first. */
  readonly hosts: Readonly<Record<string, readonly string[]>>;
}

/** Nothing is known: what answers cannot be told from another application. */
export const nothingKnown: Serving = { versions: [], nameless: [], paths: {}, hosts: {} };
