import { z } from 'zod';
import type { ReleaseTask } from '../model/release.ts';
import type { ServiceCommand } from '../model/service-command.ts';

/** A variable as a release remembers it: a secret only by its keyed fingerprint. */
const variable = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('plain'), value: z.string() }),
  z.strictObject({ kind: z.literal('secret'), fingerprint: z.string() }),
  z.strictObject({ kind: z.literal('store'), store: z.string(), property: z.literal('url') }),
  z.strictObject({ kind: z.literal('service'), service: z.string(), property: z.enum(['url', 'host']) }),
]);
const words = z.array(z.string());
const linkSchema = z.object({
  kind: z.literal('link'),
  page: z.string(),
  path: z.string(),
  token: z.string(),
  while: z.object({ path: z.string(), contains: z.string() }),
  otherwise: z.string(),
});
const commandSchema = z.union([words, linkSchema]);
const isCommand = (value: unknown) => commandSchema.safeParse(value).success;

const service = z.object({
  name: z.string(),
  root: z.string(),
  dockerfile: z.string().optional(),
  image: z.string().optional(),
  build: words.optional(),
  start: words,
  /** Those of before have none. */
  static: z.object({ folder: z.string(), fallback: z.string().optional() }).optional(),
  imageStart: words.optional(),
  paths: words,
  health: z.object({ path: z.string(), deadline: z.number() }).optional(),
  metrics: z
    .object({
      path: z.string(),
      token: z.string().optional(),
      requests: z.string(),
      duration: z.string(),
      jobs: z.string(),
      errorLines: z.string(),
    })
    .optional(),
  replicas: z.number(),
  drain: z.number(),
  singleton: z.boolean(),
  variables: z.record(z.string(), variable),
  /** What people can ask of it; releases of before have none. */
  commands: z.record(z.string(), z.custom<ServiceCommand>(isCommand)).optional(),
});

/** Who did something, and from where. */
const origin = z.object({ user: z.string(), host: z.string() });

/** A release, complete enough to be deployed again; what it keeps secret is in its capsule, not here. */
const release = z.object({
  type: z.literal('release'),
  version: z.string(),
  commit: z.string().nullable(),
  dirty: z.boolean(),
  createdAt: z.iso.datetime(),
  by: origin,
  task: z.custom<ReleaseTask>((value) => typeof value === 'object' && value !== null).optional(),
  services: z.array(service),
  /** `outside`: fingerprint of the address of an outside server. */
  stores: z.array(
    z.object({ name: z.string(), kind: z.enum(['mongodb', 'redis']), outside: z.string().optional() }),
  ),
  /** Commits since the release before, newest first. */
  changes: words,
  /** The backup that was made before its deploy: the data as the release before it left them. */
  backup: z.string().optional(),
});

export const verdicts = ['live', 'failed', 'rolled back', 'unknown'] as const;
export type Verdict = (typeof verdicts)[number];

const probe = z.object({ sent: z.number(), failed: z.number(), longestGapMs: z.number() });
export type ProbeResult = z.infer<typeof probe>;

/** By what a release was seen to be live. */
export const proofSchema = z.discriminatedUnion('by', [
  z.object({ service: z.string(), by: z.literal('x-release') }),
  z.object({
    service: z.string(),
    by: z.literal('deployment'),
    place: z.string(),
    deployment: z.string().nullable(),
  }),
]);

const started = z.object({
  type: z.literal('started'),
  deploy: z.string(),
  kind: z.enum(['deploy', 'rollback']),
  version: z.string(),
  /** What was live before. */
  previous: z.string().nullable(),
  at: z.iso.datetime(),
  by: origin,
  reason: z.string().optional(),
});

const ended = z.object({
  type: z.literal('ended'),
  deploy: z.string(),
  at: z.iso.datetime(),
  verdict: z.enum(verdicts),
  /** Version that serves now; null when none does, or nobody can tell. */
  live: z.string().nullable(),
  /** The new version is live and went through its whole bake. */
  stable: z.boolean(),
  seconds: z.number(),
  probe: probe.nullable(),
  detail: z.string().optional(),
  /** Of one that is live; those of before say nothing of it. */
  proofs: z.array(proofSchema).readonly().optional(),
});

/** Everything stopped on purpose. */
const stopped = z.object({ type: z.literal('stopped'), at: z.iso.datetime(), by: origin });

/** What was live serves again, without a deploy. */
const restarted = z.object({ type: z.literal('restarted'), at: z.iso.datetime(), by: origin });

/** A backup was brought back into a scratch server, with a key that a person holds. */
const drilled = z.object({
  type: z.literal('drilled'),
  at: z.iso.datetime(),
  by: origin,
  backup: z.string(),
});

/** Somebody asked a service for one of its commands. With which words is not kept: they may be somebody's address. */
const ran = z.object({
  type: z.literal('ran'),
  at: z.iso.datetime(),
  by: origin,
  version: z.string(),
  service: z.string(),
  command: z.string(),
});

/** Visitors were kept out, or let in again. */
const maintenance = z.object({
  type: z.literal('maintenance'),
  at: z.iso.datetime(),
  by: origin,
  on: z.boolean(),
  message: z.string().optional(),
});

/** One line of the ledger. `token` is the fencing token of the lock under which it was written. */
export const entrySchema = z
  .discriminatedUnion('type', [release, started, ended, stopped, restarted, drilled, ran, maintenance])
  .and(z.object({ token: z.number() }));

type Release = z.infer<typeof release>;
type Started = z.infer<typeof started>;
type Ended = z.infer<typeof ended>;
type Stopped = z.infer<typeof stopped>;
type Restarted = z.infer<typeof restarted>;
type Drilled = z.infer<typeof drilled>;
type Ran = z.infer<typeof ran>;
type MaintenanceSet = z.infer<typeof maintenance>;
export type Fact = Release | Started | Ended | Stopped | Restarted | Drilled | Ran | MaintenanceSet;
export type Entry = Fact & { token: number };
export type {
  Ended as EndedDeploy,
  MaintenanceSet,
  Ran as RanCommand,
  Release as ReleaseRecord,
  Started as StartedDeploy,
};
export type Origin = z.infer<typeof origin>;
export type RecordedVariable = z.infer<typeof variable>;
