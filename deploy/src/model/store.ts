export type StoreKind = 'mongodb' | 'redis';

/** What a store may have to be able to do, beyond keeping data. */
export const storeAbilities = ['transactions'] as const;
export type StoreAbility = (typeof storeAbilities)[number];

/** A data service of the project. */
export interface Store {
  readonly name: string;
  readonly kind: StoreKind;
  /** An outside server to use instead of one that the target provides. Secret: never printed. */
  readonly url?: string;
  /** What it must be able to do. Left out: nothing beyond keeping data. */
  readonly needs?: readonly StoreAbility[];
}
