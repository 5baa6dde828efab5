import type { z } from 'zod';
import type { Release } from '../model/release.ts';
import type { Service } from '../model/service.ts';
import type { Store } from '../model/store.ts';
import type { ConfiguredKind } from '../model/target-kind.ts';
import type { Servers } from './servers.ts';
import type { Target } from './target.ts';

/** What a target is made from. */
export interface TargetContext<Settings = unknown> {
  /** Name of the project: prefix or tag for what is created. */
  readonly project: string;
  readonly environment: string;
  /** Absolute path of the project: the folder that holds `conductor.config.ts`. */
  readonly root: string;
  /** Absolute path of a folder for the target's own files, `.conductor/<environment>/target`. Not made yet; nobody else writes there. */
  readonly state: string;
  /** The target's settings from the config, checked by {@link TargetKind.settings}. */
  readonly settings: Settings;
  /** The project's stores and services in this environment as the config has them now (a rollback deploys others). */
  readonly stores: readonly Store[];
  readonly services: readonly Service[];
  /** Host names by service, from the environment's `domains`. */
  readonly domains: Readonly<Record<string, readonly string[]>>;
  /** Variables of this machine that the project's own commands (builds) get besides the usual ones: `commands.pass` of the config. */
  readonly pass?: readonly string[];
  /**
   * A credential of the place, such as an API token: from this process' environment variable of that name, else from the
   * environment's secrets. Undefined when there is none; the target then says in {@link Target.check} what is missing.
   */
  credential(name: string): Promise<string | undefined>;
  /** Told of a secret that the place has made itself, such as a store's password: from then on it is in nothing that is written. */
  learn?(value: string, name: string): void;
  /** A release of before with its settings and secrets of then; null for one that nobody has recorded. */
  released?(version: string): Promise<{ release: Release; services: readonly Service[] } | null>;
  /** Tells the person at the command what is waited for. */
  say?(text: string): void;
  /** Aborts when the command is interrupted. */
  readonly interrupt?: AbortSignal;
  /** Keyed fingerprint of a secret's value, as {@link Observed} shows it: the planner compares it with its own. */
  fingerprint(name: string, value: string): string;
}

/**
 * One kind of place, as each folder here exports it. It is loaded with every command, so `index.ts` of a target imports only
 * what its settings need, and `create` imports the rest.
 */
export interface TargetKind<Schema extends z.ZodType = z.ZodType> extends ConfiguredKind<Schema> {
  create(context: TargetContext<z.output<Schema>>): Promise<Target>;
  /** Before there is an environment: the first of its own servers is made ready. Left out: the place has no servers of its own. */
  servers?(): Promise<Servers>;
}

/** Checks at compile time that a target's declaration is complete, and keeps its exact type. */
export const defineTarget = <Schema extends z.ZodType>(kind: TargetKind<Schema>): TargetKind<Schema> => kind;
