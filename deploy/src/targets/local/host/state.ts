import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { replaceReserved } from '../../../text/reserved-file.ts';
import { processIdSchema } from './process-id.ts';
import { rolloutSchema, storeSchema } from './protocol.ts';

const processSchema = processIdSchema.nullable();

/**
 * What a generation is there for. `candidate`: on its way up, serves nothing yet. `live`: serves. `previous`: kept warm after
 * a cutover. `draining`: finishes what it has.
 */
export const roles = ['candidate', 'live', 'previous', 'draining'] as const;
export type Role = (typeof roles)[number];

const generationSchema = z.object({
  id: z.string(),
  role: z.enum(roles),
  /** ms since 1970 after which a `previous` or `draining` one is ended. */
  until: z.number().nullable(),
  spec: rolloutSchema,
  replicas: z.array(
    z.object({
      service: z.string(),
      index: z.number(),
      port: z.number(),
      id: processSchema,
      restarts: z.number(),
    }),
  ),
});

const storeStateSchema = z.object({
  spec: storeSchema,
  port: z.number(),
  /** Generated; empty where the store has none. */
  password: z.string(),
  /** It was told to end, so a new host does not start it; the next deploy does, with the code of then. */
  stopped: z.boolean(),
  id: processSchema,
  restarts: z.number(),
});

const stateSchema = z.object({
  format: z.literal(1),
  port: z.number().nullable(),
  generations: z.array(generationSchema),
  stores: z.array(storeStateSchema),
  /** What was live when everything was stopped: `start` makes it serve again. */
  resting: generationSchema.nullable().default(null),
});

export type State = z.infer<typeof stateSchema>;
export type GenerationState = z.infer<typeof generationSchema>;
export type StoreState = z.infer<typeof storeStateSchema>;

/** The state after everything that it names has ended: nothing runs, and what was live is remembered. */
export function atRest({ generations, stores, resting, ...rest }: State): State {
  const live = generations.find(({ role }) => role === 'live');
  return {
    ...rest,
    generations: [],
    stores: stores.map((store) => ({ ...store, stopped: true, id: null })),
    resting: live
      ? { ...live, until: null, replicas: live.replicas.map((replica) => ({ ...replica, id: null })) }
      : resting,
  };
}

/** What serves, or is to serve again after `start`; null when nothing ever became live. */
export const lastGeneration = (state: State | null): GenerationState | null =>
  state?.generations.find(({ role }) => role === 'live') ?? state?.resting ?? null;

/** What the last host wrote; null when there was none. */
export function readState(path: string): State | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  return stateSchema.parse(JSON.parse(text));
}

/**
 * Replaces the state as a whole: a reader, or a host after a crash, sees the old one or the new one. `durable`: also after a power
 * cut. On a full disk, too, unless the state has outgrown its place: see {@link replaceReserved}.
 */
export function writeState(path: string, state: State, { durable = false } = {}): void {
  replaceReserved(path, JSON.stringify(state), { durable });
}
