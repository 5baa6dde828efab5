import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { ConductorError } from '../errors.ts';
import { replaceReserved } from '../text/reserved-file.ts';
import { closedSchema, tableSchema } from './protocol.ts';

const stateSchema = z.object({
  format: z.literal(1),
  table: z.nullable(tableSchema),
  closed: z.nullable(closedSchema),
});

/** What a switch that starts goes on with. */
export type SwitchState = z.infer<typeof stateSchema>;

const nothing: SwitchState = { format: 1, table: null, closed: null };

/**
 * What the last switch has written; nothing is routed where there was none.
 * @throws where there is something that cannot be read
 */
export function readSwitchState(file: string): SwitchState {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return nothing;
    throw error;
  }
  return stateSchema.parse(JSON.parse(text));
}

/**
 * Replaces it as a whole; it outlives a power cut, and takes no room on a disk that has become full.
 * @throws {ConductorError} `switch.not-written`
 */
export function writeSwitchState(file: string, state: SwitchState): void {
  try {
    replaceReserved(file, JSON.stringify(state), { durable: true });
  } catch (cause) {
    throw new ConductorError({
      code: 'switch.not-written',
      message: `The switch could not write ${file}: ${(cause as Error).message}. Nothing has changed.`,
      hint: 'Look at the disk of the machine that it runs on.',
      cause,
    });
  }
}
