/** What the team is told about. The first four words of a deploy's end are its verdicts. */
export const eventKinds = [
  'started',
  'live',
  'failed',
  'rolled-back',
  'unknown',
  'aborted',
  'locked-out',
  'backup-failed',
  'backup-alarm',
] as const;
export type EventKind = (typeof eventKinds)[number];

/** Something that happened to an environment, complete enough for a message that needs no look-up. */
export interface NotifyEvent {
  /** Unique, and the same in every repetition of its delivery, so that a receiver can tell a repetition. */
  readonly id: string;
  readonly kind: EventKind;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly project: string;
  readonly environment: string;
  /** The release that it is about; null when there is none yet. */
  readonly version: string | null;
  /** The release that serves now, where that is another one. */
  readonly serving?: string | null;
  readonly commits?: {
    readonly from: string | null;
    readonly to: string;
    /** Subjects of the commits between, newest first. */
    readonly subjects: readonly string[];
  };
  /** From start to this event. */
  readonly seconds?: number;
  readonly who: string;
  /** Given with `--reason`. */
  readonly reason?: string;
  /** Why, in one sentence: what failed, who holds the lock. */
  readonly detail?: string;
  /** Last log lines and the like. */
  readonly evidence?: readonly string[];
  readonly links: readonly { readonly title: string; readonly url: string }[];
}
