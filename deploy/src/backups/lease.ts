import type { LeaseOptions } from 'conductor-backup';
import { time } from './describe.ts';

/** Milliseconds between two lines that say how long it still takes. */
const PAUSE = 5_000;

/**
 * The lease on an environment's backups for a command: it tells a person at once whom it waits for and for how long at the most, and then every few
 * seconds for how long still.
 */
export function leaseFor(
  purpose: string,
  { output, interrupt }: { readonly output: { say(line: string): void }; readonly interrupt: AbortSignal },
): LeaseOptions {
  let said = 0;
  return {
    purpose,
    signal: interrupt,
    onWait: ({ holder, purpose, since }, most) => {
      said = performance.now();
      output.say(
        `${holder} holds these backups since ${since} (${purpose}). Watching whether it still lives: for ${time(most)} at the most, until ${clock(most)}.`,
      );
    },
    onWatch: (left) => {
      if (performance.now() - said < PAUSE) return;
      said = performance.now();
      output.say(`  No sign of life yet: ${time(left)} left.`);
    },
  };
}

/** `14:03:07`, here, so many milliseconds from now. */
const clock = (milliseconds: number): string =>
  new Date(Date.now() + milliseconds).toTimeString().slice(0, 8);
