import type { StoreAbility, StoreKind } from './store.ts';

/** What a place can do, for the planner and the messages. Data, so that nobody needs to ask which place it is. */
export interface Traits {
  /** Old and new run side by side until the new one is proven. */
  readonly overlap: boolean;
  /** It waits before its cutover until it is told to go on (`Progress.gate`). Left out: it cuts over by itself. */
  readonly gate?: boolean;
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
  /** What the stores that it provides are able to do, by kind. Left out: nothing beyond keeping data. */
  readonly storesCan?: Readonly<Partial<Record<StoreKind, readonly StoreAbility[]>>>;
  /** It serves custom domains with certificates. */
  readonly domains: boolean;
  /**
   * Whose word it is there which deployment of ours serves: `Railway`. It counts for services whose answers name no version. Left out: the
   * place has no such word, and answers for every service with `X-Release`.
   */
  readonly word?: string;
  /** A deploy makes the stores, services and variables of its release by itself: only domains and removals are changes of their own. */
  readonly selfContained?: boolean;
}
