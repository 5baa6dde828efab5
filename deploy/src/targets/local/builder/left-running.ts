import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { identify, isAlive, killGroup, type ProcessId } from '../host/process-id.ts';
import { jsonIfThere } from '../json-if-there.ts';

const noteSchema = z.object({ pid: z.int().min(2), born: z.string() });

/** Writes down which command of a build runs, so that it is found when its own deploy is killed. `note`: the file for it. */
export const noteRunning = (note: string, { pid, born }: ProcessId): void =>
  writeFileSync(note, JSON.stringify({ pid, born }), { mode: 0o600 });

/** It has ended. */
export const forgetRunning = (note: string): Promise<void> => rm(note, { force: true });

/** Ends the command of a build whose deploy was killed, and all that it has started. */
export async function endLeftRunning(note: string): Promise<void> {
  const left = noteSchema.safeParse(jsonIfThere(note));
  if (left.success && (isAlive(left.data) || identify(left.data.pid) === null)) {
    // Where the first of the group is gone, the others still have its number, and nobody else can have got it.
    killGroup(left.data.pid);
    while (isAlive(left.data)) await sleep(10);
  }
  await forgetRunning(note);
}
