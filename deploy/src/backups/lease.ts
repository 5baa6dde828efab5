import type { LeaseOptions } from '@conductor/backup';
import { time } from './describe.ts';

/** The lease on an environment's backups for a command: it tells a person at once whom it waits for and for how long at the most. */
export function leaseFor(
  purpose: string,
  { output, interrupt }: { readonly output: { say(line: string): void }; readonly interrupt: AbortSignal },
): LeaseOptions {
  return {
    purpose,
    signal: interrupt,
    onWait: ({ holder, purpose, since }, most) =>
      output.say(
        `${holder} holds these backups since ${since} (${purpose}). Watching whether it still lives: for ${time(most)} at the most, until ${clock(most)}.`,
      ),
  };
}

/** `14:03:07`, here, so many milliseconds from now. */
const clock = (milliseconds: number): string =>
  new Date(Date.now() + milliseconds).toTimeString().slice(0, 8);
