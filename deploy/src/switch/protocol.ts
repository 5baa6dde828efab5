import * as z from 'zod/mini';
import { ConductorError, exitCode } from '../errors.ts';

const path = z.string().check(z.regex(/^\/[^\s?#]*$/));
const dnsName = z.string().check(z.regex(/^[\w-]+(?:\.[\w-]+)*$/));

const routedServiceSchema = z.object({
  service: z.string().check(z.minLength(1)),
  /** Version that it runs. */
  release: z.string().check(z.minLength(1)),
  /** Only requests for these hosts; left out: those for hosts that no service names. */
  hosts: z.optional(z.array(dnsName).check(z.minLength(1))),
  /** Prefixes. */
  paths: z.array(path).check(z.minLength(1)),
  /** DNS name that resolves to the address of each healthy replica. */
  name: dnsName,
  port: z.int().check(z.minimum(1), z.maximum(65_535)),
  /** Path of its health check. */
  health: z.optional(path),
});

/** What visitors get to: one table is one moment of the environment, all services of it move together. */
export const tableSchema = z.object({
  release: z.string().check(z.minLength(1)),
  /** Empty: nothing of it takes visitors. */
  services: z.array(routedServiceSchema),
});

/** Visitors are kept out, but for who has the pass. */
export const closedSchema = z.object({
  since: z.string(),
  message: z.optional(z.string()),
  /** Secret, in the header `X-Conductor-Pass`. */
  pass: z.string().check(z.minLength(16)),
});

/** Answer to `table` and `route`. */
export const viewSchema = z.object({
  /** Null: nothing was ever routed. */
  table: z.nullable(tableSchema),
  /** Of each name in the table. Empty: it never resolved since the switch has started; requests wait. */
  addresses: z.record(z.string(), z.array(z.string())),
  /** Without the pass. Null: visitors are served. */
  maintenance: z.nullable(z.object({ since: z.string(), message: z.optional(z.string()) })),
});

/** Which path of which service is to be asked, of each of its replicas. */
export const probeSchema = z.object({ name: dnsName, port: z.int(), path });

/** Answer to `probe`: one entry for each address that the name has now. */
export const probedSchema = z.array(
  z.object({
    address: z.string(),
    /** Null: it did not answer. */
    status: z.nullable(z.number()),
    /** The version that it says it is. */
    release: z.nullable(z.string()),
    /** Why it did not answer. */
    error: z.nullable(z.string()),
  }),
);

/** Answer to `traffic`: as `ServiceTraffic`, without the last bound, which JSON has no word for. */
export const switchTrafficSchema = z.array(
  z.object({
    release: z.string(),
    service: z.string(),
    process: z.string(),
    answers: z.number(),
    errors: z.number(),
    buckets: z.array(z.tuple([z.number(), z.number()])),
  }),
);

/** Answer to `drained`. */
export const drainedSchema = z.object({
  release: z.string(),
  /** Requests that were still under way, and were cut off. */
  requests: z.number(),
  /** WebSockets that were told to connect anew. */
  webSockets: z.number(),
});

export type Table = z.infer<typeof tableSchema>;
export type RoutedService = Table['services'][number];
export type SwitchClosed = z.infer<typeof closedSchema>;
export type SwitchView = z.infer<typeof viewSchema>;
export type SwitchTraffic = z.infer<typeof switchTrafficSchema>;
export type Probed = z.infer<typeof probedSchema>;
export type Drained = z.infer<typeof drainedSchema>;

/** @throws {ConductorError} `switch.invalid`, with what is wrong with it, and no value of it: there may be a secret in it. */
export function parsed<T>(schema: z.ZodMiniType<T>, what: string, value: unknown): T {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const issues = error.issues.map((issue) => [...issue.path, issue.code].join('.'));
  throw invalid(`${what} is not what it has to be: ${issues.join(', ')}.`);
}

/** A table in which each path of a host belongs to one service. */
export function parsedTable(value: unknown): Table {
  const table = parsed(tableSchema, 'The table', value);
  const taken = new Map<string, string>();
  for (const { service, hosts = [''], paths } of table.services) {
    for (const host of hosts) {
      for (const prefix of paths) {
        const place = `${host.toLowerCase()}${prefix}`;
        const other = taken.get(place);
        if (other !== undefined) throw invalid(`${place} belongs to ${other} and to ${service}.`);
        taken.set(place, service);
      }
    }
  }
  return table;
}

export const invalid = (message: string, cause?: unknown): ConductorError =>
  new ConductorError({
    code: 'switch.invalid',
    message,
    hint: 'Whoever asks the switch and the switch itself are of different versions of Conductor, or one of them has a bug.',
    exit: exitCode.ourFault,
    fault: 'conductor',
    cause,
  });
