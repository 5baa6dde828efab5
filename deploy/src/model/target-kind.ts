import type { z } from 'zod';

/** A kind of place as the config knows it: its word, and what can be set. */
export interface ConfiguredKind<Schema extends z.ZodType = z.ZodType> {
  readonly kind: string;
  /** What can be set in the config: a strict object, described field by field for `docs/reference/config.md`. */
  readonly settings: Schema;
  /**
   * Addresses and networks from which the place's own proxies pass requests on: the services believe what these say of a visitor's address
   * (`X-Forwarded-For`), and nobody else.
   */
  readonly proxies: readonly string[];
  /** It is one machine's own: history, lock and secrets stay on that machine, and are not shared with the team. */
  readonly personal?: boolean;
  /** What an environment there has where its config says nothing; left out, what {@link usual} says. */
  readonly usual?: Partial<Usual>;
}

/** What an environment has where its config says nothing of it. */
export interface Usual {
  /** Seconds to watch a new release. */
  readonly bake: number;
  /** Ids of the only checks that are asked; undefined: all of them. */
  readonly only: readonly string[] | undefined;
}

/** Where others depend on it. */
export const usual: Usual = { bake: 120, only: undefined };
