import type { ChecksPolicy } from '../config/checks.ts';
import type { ConductorError } from '../errors.ts';
import type { EventKind } from '../model/event.ts';
import type { Finding } from '../model/finding.ts';
import type { ObservedStore } from '../model/observed.ts';
import type { ReleaseTask } from '../model/release.ts';
import type { Service } from '../model/service.ts';
import type { Store } from '../model/store.ts';
import type { Delivery } from '../notify/index.ts';
import type { Redactor, Secrets } from '../secrets/index.ts';
import type { Target } from '../targets/target.ts';
import type { Git } from './git.ts';
import type { RunCommand } from './run-command.ts';

/** One environment variable of one service, as this environment would set it. */
export interface SettingFact {
  readonly service: string;
  readonly name: string;
  readonly secret: boolean;
  /** Null where it is known only to the target: the address of a store or of a service. */
  readonly value: string | null;
}

/** A deploy that has just cut over, for the checks after it. */
export interface Cutover {
  readonly version: string;
  /** The release before; null on a first deploy. */
  readonly previous: string | null;
  readonly at: Date;
  /** What became of telling the team. */
  readonly deliveries: readonly Delivery[];
}

/** A backup that was proven by restoring it. */
export interface VerifiedBackup {
  readonly at: Date;
  /** Public keys that it was encrypted to; null: it was not. */
  readonly recipients: readonly string[] | null;
  /** Nobody else can have made it: it is signed, or lies in a folder of this machine. */
  readonly authentic: boolean;
}

/** Everything that checks may look at. They get it from the command; none reads the config, the ledger or the target itself. */
export interface CheckContext {
  /** Absolute path of the project. */
  readonly root: string;
  readonly environment: string;
  /** The project's own part of the checks, from its config. */
  readonly policy: ChecksPolicy;
  /** The project's own commands. */
  readonly commands: {
    readonly test?: readonly string[];
    readonly lint?: readonly string[];
    readonly build?: readonly string[];
  };
  /** Branch that this environment is deployed from; null when any may be. */
  readonly branch: string | null;
  /** Commit of the release that serves; null when none does or it is not known. */
  readonly base: string | null;
  /** Null where the project is not under git. */
  readonly git: Git | null;
  readonly run: RunCommand;
  /** Takes the environment's secrets out of every finding. */
  readonly redactor: Redactor;
  readonly services: readonly Service[];
  readonly stores: readonly Store[];
  /** The stores that the target has already made; empty where it cannot be asked. */
  readonly storesThere: readonly ObservedStore[];
  readonly task: ReleaseTask | null;
  readonly settings: readonly SettingFact[];
  /** Required settings without a usable value, one line each with the way to give it. */
  readonly missing: readonly string[];
  /** The environment's secrets, opened; fails with the reason where they cannot be. Values never reach a finding. */
  readonly secrets: () => Promise<Secrets>;
  /** Secrets that are kept elsewhere, each with why it cannot be had; left out: there are none. */
  readonly elsewhere?: readonly { readonly address: string; readonly problem: ConductorError | undefined }[];
  /** What is worth knowing of them. */
  readonly elsewhereNotes?: readonly string[];
  /** Public address of a path, at the service that serves it; null while nothing is running, or for a path that nobody serves. */
  readonly address: (path: string) => string | null;
  /** Headers that let a request through while visitors are kept out; left out: none are needed. */
  readonly pass?: Readonly<Record<string, string>>;
  /** Public host names (with a port where it is not the usual one). */
  readonly hosts: readonly string[];
  /**
   * Domains, their DNS and certificates as seen from outside; null where the environment has no domains, or has not asked the target for them yet.
   */
  readonly domains: (() => Promise<readonly Finding[]>) | null;
  /** When something first went live here, as far as is known; null when nothing has. */
  readonly firstLive: Date | null;
  readonly target: Pick<Target, 'name' | 'check' | 'logs' | 'traits'>;
  /** Backups of the database; null where none are configured. */
  readonly backups: {
    /** Hours after which the newest verified one is too old. */
    readonly lateAfter: number;
    /** This machine has an address of the database, so that its own commands can make one. */
    readonly fromHere: boolean;
    /** One is made before every deploy. */
    readonly beforeDeploy: boolean;
    /** Null when there is none. */
    readonly newestVerified: () => Promise<VerifiedBackup | null>;
    /** Up to when the changes since are kept, null when none of the last day are; null where they are not to be. */
    readonly changesKept: (() => Promise<Date | null>) | null;
    /** Public keys of those who are to be able to open them; null where backups are not encrypted. */
    readonly recipients: () => Promise<readonly string[] | null>;
    /** When a person last opened one with a key of theirs, null when nobody has; null where backups are not encrypted. */
    readonly drilledAt: (() => Promise<Date | null>) | null;
  } | null;
  /** Events that somebody is told about. */
  readonly notified: readonly EventKind[];
  /** Null before a deploy. */
  readonly cutover: Cutover | null;
  readonly now: () => Date;
}
