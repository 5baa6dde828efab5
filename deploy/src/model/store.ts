export type StoreKind = 'mongodb' | 'redis';

/** A data service of the project. */
export interface Store {
  readonly name: string;
  readonly kind: StoreKind;
  /** An outside server to use instead of one that the target provides. Secret: never printed. */
  readonly url?: string;
}
