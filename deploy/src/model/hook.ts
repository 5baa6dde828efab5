/** The moments of a deploy or a rollback at which a project can run a command of its own, in the order in which they come, and when each is. */
export const hookMoments = {
  'before-deploy':
    'In a deploy, when its checks are good and before the platform is changed. When it fails, the deploy ends there.',
  'before-rollback': 'In a rollback, before the platform is changed.',
  'before-start':
    'When the platform has the stores, services and settings of the release, before the release is built, its release task is run and it is started.',
  'before-cutover':
    'When every service of the release is ready and none serves yet. Only where the target waits for it (`local()`); platforms cut over by themselves.',
  'after-cutover': 'When the release was seen through the public address, before it is watched (`bake`).',
  'after-deploy': 'In a deploy, when the release is live and went through its bake.',
  'after-rollback': 'In a rollback, when the earlier release is live again.',
} as const;

export type HookName = keyof typeof hookMoments;

export const hookNames = Object.keys(hookMoments) as readonly HookName[];

/** A hook as the config has it: a command line, or one with the seconds after which it has failed. */
export type HookInput =
  | string
  | string[]
  | { readonly command: string | string[]; readonly deadline?: number };

/** A command of the project that runs at a moment of each deploy or rollback, on the machine that deploys. */
export interface Hook {
  readonly name: HookName;
  /** Shell-free command line. */
  readonly command: readonly string[];
  /** Seconds after which it has failed. */
  readonly deadline: number;
}
