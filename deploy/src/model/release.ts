import type { Store } from './store.ts';

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
