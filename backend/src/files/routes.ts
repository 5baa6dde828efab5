import { Readable } from 'node:stream';
import { create as contentDisposition } from 'content-disposition';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { linkParameter } from '../activities/links.ts';
import { pageOf, pageParameters } from '../http/list.ts';
import { idParams } from '../records/record-routes.ts';
import { emptyFile, tooLarge } from './contents.ts';
import { type File, fileName, fileSchema, mostBytes } from './file.ts';
import type { FileStore } from './store.ts';

const config = { access: 'user' } as const;
const tags = ['files'];
/** Pictures that browsers only draw: these may be looked at in place of being saved. */
const onlyDrawn = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']);

/** Files beside records over HTTP. */
export async function fileRoutes(app: FastifyInstance, { files }: { files: FileStore }): Promise<void> {
  const api = app.withTypeProvider<ZodTypeProvider>();
  await app.register(uploadRoute, { files });

  api.get(
    '/files',
    {
      config: { ...config, refuses: [404] },
      schema: {
        tags,
        querystring: z.strictObject({
          link: linkParameter.describe('Whose files: deal:665f1f77bcf86cd799439011'),
          deleted: z
            .enum(['true', 'false'])
            .default('false')
            .transform((word) => word === 'true')
            .describe('Those that were deleted and can still be restored'),
          limit: pageParameters.limit,
          cursor: pageParameters.cursor,
        }),
        response: { 200: pageOf(fileSchema) },
      },
    },
    async ({ principal, query: { link, ...query } }) => files.list(principal, link, query),
  );

  api.get(
    '/files/:id/content',
    { config, schema: { tags, params: idParams, description: 'The bytes of a file' } },
    async ({ principal, params }, reply) => {
      const { file, bytes } = await files.open(principal, params.id);
      return reply.headers(headersOf(file)).send(bytes);
    },
  );

  api.delete(
    '/files/:id',
    { config, schema: { tags, params: idParams, response: { 204: z.null() } } },
    async ({ principal, params }, reply) => {
      await files.remove(principal, params.id);
      return reply.code(204).send(null);
    },
  );

  api.post(
    '/files/:id/restore',
    { config, schema: { tags, params: idParams, response: { 200: fileSchema } } },
    async ({ principal, params }) => files.restore(principal, params.id),
  );
}

/** Uploads: the body is the file itself, which is handed on as it comes. */
async function uploadRoute(app: FastifyInstance, { files }: { files: FileStore }): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/octet-stream', (_request, body, done) => done(null, body));
  app.withTypeProvider<ZodTypeProvider>().post(
    '/files',
    {
      config: { ...config, refuses: [404] },
      schema: {
        tags,
        description: 'The body is the file itself, of at most 10 MB. Idempotency-Key is not known here.',
        consumes: ['application/octet-stream'],
        querystring: z.strictObject({
          link: linkParameter.describe('The record it belongs to: deal:665f1f77bcf86cd799439011'),
          name: fileName,
        }),
        body: z.unknown().meta({ type: 'string', format: 'binary' }),
        response: { 201: fileSchema },
      },
    },
    async ({ principal, query, body, headers }, reply) => {
      if (Number(headers['content-length']) > mostBytes) throw tooLarge();
      if (!(body instanceof Readable)) throw emptyFile();
      return reply.code(201).send(await files.add(principal, query.link, query.name, body));
    },
  );
}

/** Whatever somebody uploaded, no browser takes it for a page of ours or runs anything in it. */
export function headersOf({
  name,
  size,
  type,
}: Pick<File, 'name' | 'size' | 'type'>): Record<string, string> {
  const kind = onlyDrawn.has(type) ? 'inline' : 'attachment';
  return {
    'content-type': type,
    'content-length': String(size),
    'content-disposition': contentDisposition(name, { type: kind }),
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, no-store',
  };
}
