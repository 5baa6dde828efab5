import type { Doc, Value } from '../bson/values.ts';
import type { Collection, Index } from './catalog.ts';

/**
 * How an update said what it wants, which decides how it is told. Of one with operators, `whole` are the paths it gave a
 * new value as a whole.
 */
export type UpdateForm =
  | { readonly kind: 'replacement' | 'pipeline' }
  | { readonly kind: 'operators'; readonly whole: ReadonlySet<string> };

/** One change of one document. */
export type Change =
  | { readonly op: 'i'; readonly collection: Collection; readonly id: Value; readonly bytes: Buffer }
  | {
      readonly op: 'u';
      readonly collection: Collection;
      readonly id: Value;
      readonly before: Buffer;
      readonly after: Buffer;
      readonly form: UpdateForm;
    }
  | { readonly op: 'd'; readonly collection: Collection; readonly id: Value };

/** The client's session and number that a transaction or a retryable write belongs to. */
export interface Numbered {
  readonly lsid: Doc;
  readonly txnNumber: Value;
}

/** Told of every change within the `write` that makes it, so that both stand or fall together. */
export interface ChangeLog {
  changed(change: Change): void;
  /** A transaction's changes, in the order in which they were made; told before they take effect. */
  transaction(whose: Numbered, changes: readonly Change[]): void;
  created(collection: Collection): void;
  dropped(collection: Collection): void;
  /** Told after it has its new name; `replaced` had that name before. */
  renamed(collection: Collection, from: { db: string; name: string }, replaced: Collection | undefined): void;
  indexed(collection: Collection, indexes: readonly Index[]): void;
  unindexed(collection: Collection, index: Index): void;
}
