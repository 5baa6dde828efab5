import type { RouteOptions } from 'fastify';
import { z } from 'zod';
import { type ProblemCode, problemKinds } from '../problem.ts';

const problemSchema = z
  .looseObject({
    type: z.string().describe('Address of the kind of problem; ends with its code'),
    title: z.string().describe('In the language of Accept-Language'),
    status: z.number().int(),
    detail: z.string().optional().describe('What failed here and what to do'),
    instance: z.string(),
    code: z.string(),
    requestId: z.string(),
    errors: z
      .array(
        z.object({
          pointer: z.string().describe('JSON pointer into the body (#/email) or name of a parameter'),
          code: z.string(),
          detail: z.string(),
        }),
      )
      .optional(),
  })
  .describe('RFC 9457; some kinds have members of their own, such as `current` and `candidates`');

/** The schema of every problem, as a component of the description. */
export const problemComponent = { Problem: z.toJSONSchema(problemSchema, { io: 'output' }) };

/** As much of a route as decides what it can refuse. */
export type Refusing = Pick<RouteOptions, 'method' | 'url' | 'schema' | 'config'>;

/** The statuses with which a route can refuse, by what it asks for; those of its own rules it lists in `config.refuses`. */
export function refusalsOf({ method, url, schema = {}, config }: Refusing): number[] {
  const writes = method !== 'GET' && method !== 'HEAD';
  const signedIn = config?.access !== 'open';
  const takes = schema.body ?? schema.querystring ?? schema.params ?? schema.headers;
  const versioned = 'if-match' in ((schema.headers as { shape?: object } | undefined)?.shape ?? {});
  return [
    400,
    ...(signedIn ? [401] : []),
    // A role that may not, a key that may only read or is nobody in person, a page that is not ours.
    ...(signedIn || writes ? [403] : []),
    ...(url.includes(':') ? [404] : []),
    // A record's own state, or an Idempotency-Key that is in use.
    ...(writes ? [409] : []),
    ...(versioned ? [412, 428] : []),
    ...(writes ? [413, 415] : []),
    ...(takes || writes ? [422] : []),
    ...(config?.rateLimit === false ? [] : [429]),
    500,
    503,
    ...(config?.refuses ?? []),
  ];
}

/** A refusal as the description tells it: which kinds there are, and what each looks like. */
export function describedRefusal(status: number): object {
  const kinds = (Object.keys(problemKinds) as ProblemCode[]).filter(
    (code) => problemKinds[code].status === status,
  );
  return {
    description: kinds.map((code) => `\`${code}\`: ${problemKinds[code].en}`).join('; '),
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Statuses of problems that only this route's own rules make, beside those that follow from what it asks for. */
    refuses?: readonly number[];
  }
}
