import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { filterContext } from '../http/filter-context.ts';
import { pageOf } from '../http/list.ts';
import { etag, ifMatchHeaders, requiredVersion } from '../http/version.ts';
import { idSchema } from '../mongo/id.ts';
import type { RecordDocument } from './record.ts';
import type { ListQuery, RecordStore } from './record-store.ts';

export const idParams = z.strictObject({ id: idSchema });
const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((word) => word === 'true');

interface RecordSchemas<V, C, P, R> {
  /** Name in the address, plural: `leads`. */
  path: string;
  view: z.ZodType<V>;
  /** How lists show it, where that is less. */
  row?: z.ZodType<R>;
  create: z.ZodType<C>;
  patch: z.ZodType<P>;
  query: z.ZodType<ListQuery>;
}

/** The paths every noun has: list, create, read, change, remove, restore. */
export function recordRoutes<
  D extends RecordDocument,
  V extends { id: string; version: number },
  C extends object,
  P extends object,
  R extends object = V,
>(app: FastifyInstance, store: RecordStore<D, V, C, P, R>, schemas: RecordSchemas<V, C, P, R>): void {
  const api = app.withTypeProvider<ZodTypeProvider>();
  const { path } = schemas;
  const config = { access: 'user' } as const;
  const tags = [path];
  // The generic types of a noun are known to its callers; here they are only handed through.
  const view = schemas.view as unknown as z.ZodType<unknown>;
  const row = (schemas.row as unknown as z.ZodType<unknown>) ?? view;

  api.get(
    `/${path}`,
    { config, schema: { tags, querystring: schemas.query, response: { 200: pageOf(row) } } },
    async ({ principal, query }) => store.list(principal, query, filterContext(principal)),
  );

  api.post(
    `/${path}`,
    {
      config,
      schema: {
        tags,
        querystring: z.strictObject({ allowDuplicate: flag }),
        body: schemas.create,
        response: { 201: view },
      },
    },
    async ({ principal, body, query }, reply) => {
      const record = await store.create(principal, body as C, query);
      return reply
        .code(201)
        .header('location', `/api/v1/${path}/${record.id}`)
        .header('etag', etag(record.version))
        .send(record);
    },
  );

  api.get(
    `/${path}/:id`,
    { config, schema: { tags, params: idParams, response: { 200: view } } },
    async ({ principal, params }, reply) => {
      const record = await store.get(principal, params.id);
      return reply.header('etag', etag(record.version)).send(record);
    },
  );

  api.patch(
    `/${path}/:id`,
    {
      config,
      schema: {
        tags,
        params: idParams,
        headers: ifMatchHeaders,
        body: schemas.patch,
        response: { 200: view },
      },
    },
    async ({ principal, params, headers, body }, reply) => {
      const record = await store.update(
        principal,
        params.id,
        requiredVersion(headers['if-match']),
        body as P,
      );
      return reply.header('etag', etag(record.version)).send(record);
    },
  );

  api.delete(
    `/${path}/:id`,
    { config, schema: { tags, params: idParams, response: { 204: z.null() } } },
    async ({ principal, params }, reply) => {
      await store.remove(principal, params.id);
      return reply.code(204).send(null);
    },
  );

  api.post(
    `/${path}/:id/restore`,
    { config, schema: { tags, params: idParams, response: { 200: view } } },
    async ({ principal, params }) => store.restore(principal, params.id),
  );
}
