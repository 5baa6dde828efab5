import { z } from 'zod';

/**
 * What Railway and Render cannot tell themselves: which of their deployments ran which release, and which deploy was about to
 * begin. It is kept on the platform, beside what it describes, so that any machine can go on where another stopped.
 *
 * The order makes it safe to be killed anywhere: the intent is written, the deployment is begun, its id is written. Who finds
 * an intent without an id looks for a deployment that is newer than the newest one of then.
 */
const memorySchema = z.object({
  format: z.literal(1),
  services: z.record(
    z.string(),
    z.object({
      /** Newest first. `proven`: the whole release came up, so this is one to go back to. */
      runs: z.array(z.object({ id: z.string(), version: z.string(), proven: z.boolean() })),
      intent: z.object({ version: z.string(), newest: z.string().nullable() }).optional(),
      /**
       * The variables that we have set: null for a plain one, a keyed fingerprint for a secret, because the platform may
       * not show it again. The other variables of the service are someone else's.
       */
      variables: z.record(z.string(), z.string().nullable()),
    }),
  ),
});

export type Memory = z.infer<typeof memorySchema>;
export type Recollection = Memory['services'][string];

/** Runs that are remembered for each service: more than any platform keeps for a fast way back. */
const kept = 20;
const blank: Recollection = { runs: [], variables: {} };

export const emptyMemory: Memory = { format: 1, services: {} };

/** Reads what was written; a text that is not a memory (edited by hand) is an error, never an empty memory. */
export function parseMemory(text: string | null | undefined): Memory {
  return text ? memorySchema.parse(JSON.parse(text)) : emptyMemory;
}

export const recall = (memory: Memory, service: string): Recollection => memory.services[service] ?? blank;

/** The release that a deployment ran; null for one that nobody began through us. */
export const versionOf = (memory: Memory, service: string, deployment: string | null): string | null =>
  recall(memory, service).runs.find((run) => run.id === deployment)?.version ?? null;

/** The newest deployment of a release, when one was begun. */
export const runOf = (memory: Memory, service: string, version: string): string | null =>
  recall(memory, service).runs.find((run) => run.version === version)?.id ?? null;

const change = (memory: Memory, service: string, part: Partial<Recollection>): Memory => ({
  ...memory,
  services: { ...memory.services, [service]: { ...recall(memory, service), ...part } },
});

/** Before a deployment is begun: `newest` is the id of the newest one that there is. */
export const intend = (memory: Memory, service: string, version: string, newest: string | null): Memory =>
  change(memory, service, { intent: { version, newest } });

/** It was refused, so nothing has begun. */
export const withdraw = (memory: Memory, service: string): Memory =>
  change(memory, service, { intent: undefined });

/** After it has begun: its id is known and the intent is fulfilled. */
export function remember(memory: Memory, service: string, version: string, id: string): Memory {
  const { runs } = recall(memory, service);
  const proven = runs.some((run) => run.version === version && run.proven);
  const others = runs.filter((run) => run.id !== id);
  return change(memory, service, {
    runs: [{ id, version, proven }, ...others].slice(0, kept),
    intent: undefined,
  });
}

/** After the whole release has come up. */
export function prove(memory: Memory, service: string, version: string): Memory {
  const { runs } = recall(memory, service);
  return change(memory, service, {
    runs: runs.map((run) => (run.version === version ? { ...run, proven: true } : run)),
  });
}

/**
 * The deployment to go back to when `version` fails: what serves now, unless that is `version` itself or a release that never
 * came up as a whole; then the newest that did.
 */
export function wayBack(
  memory: Memory,
  service: string,
  version: string,
  active: string | null,
): string | null {
  const { runs } = recall(memory, service);
  const serving = runs.find((run) => run.id === active);
  if (active && !serving) return active;
  if (serving?.proven && serving.version !== version) return active;
  const proven = runs.find((run) => run.proven && run.version !== version);
  return proven?.id ?? (serving?.version === version ? null : active);
}

export const rememberVariables = (
  memory: Memory,
  service: string,
  variables: Recollection['variables'],
): Memory => change(memory, service, { variables });

export function forget(memory: Memory, service: string): Memory {
  const { [service]: _, ...services } = memory.services;
  return { ...memory, services };
}
