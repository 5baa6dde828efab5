import type { Setting } from '../config/settings.ts';
import type { StoreKind } from '../model/store.ts';

/** What `conductor init` knows of a project before it writes it down: plain data, made by the readers, completed by `project.ts`. */
export interface Found {
  readonly name?: string;
  readonly services: readonly FoundService[];
  readonly stores: readonly StoreKind[];
  /** A command that runs once before new code serves. */
  readonly release?: { readonly service: string; readonly command: Command };
  readonly notCarried: readonly NotCarried[];
  /** Host names by service. */
  readonly domains?: Readonly<Record<string, readonly string[]>>;
  /** Names by which services reach what is not carried over. */
  readonly elsewhere?: readonly string[];
  /** Names by which services reach stores. */
  readonly hosts?: Readonly<Record<string, StoreKind>>;
}

/** A command line, or its words where it needs a shell. */
export type Command = string | readonly string[];

export interface FoundService {
  readonly name: string;
  readonly root?: string | undefined;
  readonly dockerfile?: string | undefined;
  readonly build?: Command | undefined;
  readonly start?: Command | undefined;
  readonly imageStart?: Command | undefined;
  /** `start` is only what the image's own entrypoint is given. */
  readonly afterEntrypoint?: boolean | undefined;
  /** Folder of files that need no server of their own. */
  readonly static?: string | undefined;
  /** File among them that answers paths of pages that there is no file for. */
  readonly fallback?: string | undefined;
  /** Visitors reach it, at the paths where they are known. */
  readonly visited: boolean;
  readonly paths?: readonly string[] | undefined;
  readonly health?: string | undefined;
  readonly replicas?: number | undefined;
  /** Seconds. */
  readonly drain?: number | undefined;
  readonly singleton?: boolean | undefined;
  /** Ports that it listens on where it runs today: by them others' addresses of it are known. */
  readonly ports?: readonly number[] | undefined;
  /** Undefined: its source says nothing about settings, so those of an example are its own. */
  readonly variables?: readonly Variable[] | undefined;
  /** The source names a file of further settings, which an example may list. */
  readonly more?: boolean | undefined;
  /** Why a field is what it is, where that was guessed. */
  readonly guesses?: Guesses | undefined;
  readonly notCarried?: readonly NotCarried[] | undefined;
}

export type ServiceField =
  | 'root'
  | 'dockerfile'
  | 'build'
  | 'start'
  | 'imageStart'
  | 'static'
  | 'fallback'
  | 'paths'
  | 'health'
  | 'replicas'
  | 'drain'
  | 'singleton';
export type Guesses = { readonly [Field in ServiceField]?: string };

/** A setting as its source has it. */
export interface Variable {
  readonly name: string;
  /** Left out where the source gives none. */
  readonly value?: string | undefined;
  /** What the source itself says that it is. */
  readonly is?: 'secret' | 'generated' | 'optional' | undefined;
  /** Why it is that, where that was guessed. */
  readonly why?: string | undefined;
  /** False: a secret that is not the project's to make. */
  readonly own?: false | undefined;
  /** What the source itself says that it refers to. */
  readonly of?:
    | { readonly store: StoreKind }
    | { readonly service: string; readonly property: 'url' | 'host' };
}

/** A setting as it will be written. */
export interface FoundSetting {
  readonly name: string;
  readonly setting: Setting;
  /** Why, where that was guessed. */
  readonly guess?: string | undefined;
}

/** Something that Conductor has no place for. */
export interface NotCarried {
  readonly what: string;
  /** Why, and what to do about it. */
  readonly why: string;
}

/** A text that is not what its file's name promises. */
export class Unreadable extends Error {}
