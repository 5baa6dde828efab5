import { z } from 'zod';
import { processIdSchema } from './process-id.ts';

/**
 * What the command and the host say to each other: HTTP with JSON over the control socket. A host of another version than the
 * command's is replaced by the next deploy; the services do not notice.
 */
export const protocolVersion = 5;

const variable = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('plain'), value: z.string() }),
  /** `fingerprint` is what `inspect` shows of it; its key is the environment's, which the host need not know. */
  z.object({ kind: z.literal('secret'), value: z.string(), fingerprint: z.string() }),
  z.object({ kind: z.literal('store'), store: z.string(), property: z.literal('url') }),
  z.object({ kind: z.literal('service'), service: z.string(), property: z.enum(['url', 'host']) }),
]);

const health = z.object({ path: z.string(), deadline: z.number() });

/** A service as the host runs it. */
export const serviceSchema = z.object({
  name: z.string(),
  /** Absolute: the service's folder in the release. */
  cwd: z.string(),
  /** Empty: `files` are served. */
  start: z.array(z.string()),
  /** `folder` is absolute. */
  files: z
    .object({ folder: z.string(), paths: z.array(z.string()), fallback: z.string().optional() })
    .optional(),
  paths: z.array(z.string()),
  health: health.optional(),
  replicas: z.int().min(1),
  drain: z.number(),
  singleton: z.boolean(),
  variables: z.record(z.string(), variable),
});

/** A store and what runs it. `binary` and `entry` are absolute paths. */
export const storeSchema = z.discriminatedUnion('provider', [
  z.object({
    provider: z.literal('external'),
    name: z.string(),
    kind: z.enum(['mongodb', 'redis']),
    url: z.string(),
  }),
  z.object({
    provider: z.literal('redis'),
    name: z.string(),
    kind: z.literal('redis'),
    binary: z.string(),
    label: z.string(),
  }),
  z.object({
    provider: z.literal('mongod'),
    name: z.string(),
    kind: z.literal('mongodb'),
    binary: z.string(),
    label: z.string(),
  }),
  z.object({
    provider: z.literal('embedded'),
    name: z.string(),
    kind: z.literal('mongodb'),
    node: z.string(),
    entry: z.string(),
    /** It can ask for a password. Those of earlier releases cannot. */
    credentials: z.boolean().default(false),
    /** It can keep the history of all changes. Those of earlier releases cannot. */
    oplog: z.boolean().default(false),
    label: z.string(),
  }),
]);

export const rolloutSchema = z.object({
  version: z.string(),
  commit: z.string().nullable(),
  environment: z.string(),
  /** Absolute folder of the built release. */
  folder: z.string(),
  /** Folders for the services' PATH, after the release's own `node_modules/.bin`. */
  bin: z.array(z.string()),
  /** Folder for Node's compile cache, shared by releases with the same dependencies. */
  compileCache: z.string(),
  /** The public port. */
  port: z.int(),
  stores: z.array(storeSchema),
  services: z.array(serviceSchema),
  task: z
    .object({ service: z.string(), command: z.array(z.string()).min(1), deadline: z.number() })
    .nullable(),
  /** Seconds to keep what served before warm. */
  keepPrevious: z.number(),
  proven: z.boolean(),
});

const state = z.enum([
  'pending',
  'building',
  'releasing',
  'starting',
  'live',
  'failed',
  'canceled',
  'superseded',
  'stopped',
  'unknown',
]);

/** Lines of the answer to a rollout. The last one is `end` or `error`. */
export const eventSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('progress'),
    service: z.string().nullable(),
    state,
    detail: z.string(),
    url: z.string().optional(),
  }),
  /** Goes on after `POST /v1/rollout/continue`. */
  z.object({ kind: z.literal('gate'), detail: z.string() }),
  z.object({ kind: z.literal('end') }),
  z.object({
    kind: z.literal('error'),
    code: z.string(),
    message: z.string(),
    hint: z.string().optional(),
    exit: z.number(),
  }),
]);

export const observedSchema = z.object({
  version: z.number(),
  pid: z.number(),
  keeper: z.number().nullable(),
  live: z.string().nullable(),
  /** The release before, while it is kept to go back to at once: until when (ms since 1970), and what runs of it. */
  warm: z
    .object({ version: z.string(), until: z.number(), pids: z.array(z.number()) })
    .nullable()
    .default(null),
  /** A deploy that is under way. */
  rollout: z.string().nullable(),
  ports: z.array(z.number()),
  services: z.array(
    z.object({
      name: z.string(),
      state,
      /** Null while it has never served. */
      version: z.string().nullable(),
      ready: z.number(),
      wanted: z.number(),
      restarts: z.number(),
      pids: z.array(z.number()),
      paths: z.array(z.string()),
      variables: z.record(
        z.string(),
        z.union([z.object({ value: z.string() }), z.object({ fingerprint: z.string() })]),
      ),
    }),
  ),
  stores: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(['mongodb', 'redis']),
      state,
      provider: z.string(),
      restarts: z.number(),
      pid: z.number().nullable(),
    }),
  ),
});

/** What the gateway has answered for one replica of a release; see `ServiceTraffic`. */
export const trafficSchema = z.array(
  z.object({
    version: z.string(),
    service: z.string(),
    process: z.string(),
    answers: z.number(),
    errors: z.number(),
    buckets: z.array(z.tuple([z.number(), z.number()])),
  }),
);

/** What the host keeps in `host.json` for those who look for it. */
export const hostFileSchema = processIdSchema.extend({
  socket: z.string(),
  protocol: z.number(),
});

export type ServiceSpec = z.infer<typeof serviceSchema>;
export type StoreSpec = z.infer<typeof storeSchema>;
export type RolloutSpec = z.infer<typeof rolloutSchema>;
export type RolloutEvent = z.infer<typeof eventSchema>;
export type HostObserved = z.infer<typeof observedSchema>;
export type HostTraffic = z.infer<typeof trafficSchema>;
export type HostFile = z.infer<typeof hostFileSchema>;
