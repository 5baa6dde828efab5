import { writeFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { identify, isAlive, killGroup, type ProcessId } from '../host/process-id.ts';

const noteSchema = z.object({ pid: z.int().min(2), born: z.string() });

/** Writes down which command of a build runs, so that it is found when its own deploy is killed. `note`: the file for it. */
export const noteRunning = (note: string, { pid, born }: ProcessId): void =>
  writeFileSync(note, JSON.stringify({ pid, born }), { mode: 0o600 });

/** It has ended. */
export const forgetRunning = (note: string): Promise<void> => rm(note, { force: true });

/** Ends the command of a build whose deploy was killed, and all that it has started. */
export async function endLeftRunning(note: string): Promise<void> {
  let text: string;
  try {
    text = await readFile(note, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const left = noteSchema.safeParse(readable(text));
  // A note that was not written to its end is of a command that had just begun, and was killed with it; nothing to go by.
  if (left.success && (isAlive(left.data) || identify(left.data.pid) === null)) {
    // Where the first of the group is gone, the others still have its number, and nobody else can have got it.
    killGroup(left.data.pid);
    while (isAlive(left.data)) await sleep(10);
  }
  await forgetRunning(note);
}

function readable(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
