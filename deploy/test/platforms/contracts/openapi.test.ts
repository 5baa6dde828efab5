import { expect, it } from 'vitest';
import { corrected } from './corrections.ts';
import { prunedOpenApi } from './openapi.ts';

const schema = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const json = (of: object) => ({ content: { 'application/json': { schema: of, example: 1 } } });
const document = {
  openapi: '3.0.0',
  info: { title: 'Apps' },
  paths: {
    '/apps/{id}': {
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
      put: {
        operationId: 'update',
        summary: 'Updates an app',
        parameters: [{ $ref: '#/components/parameters/page' }],
        requestBody: { description: 'All of it', ...json(schema('app')) },
        responses: {
          200: json(schema('app')),
          204: { description: 'Done' },
          default: { $ref: '#/components/responses/error' },
        },
      },
      delete: { operationId: 'delete', responses: {} },
    },
    '/droplets': { get: { operationId: 'droplets', responses: { 200: json(schema('droplet')) } } },
  },
  components: {
    parameters: {
      page: { name: 'page', in: 'query', description: 'Which', schema: { type: 'integer', default: 1 } },
    },
    responses: { error: { description: 'Wrong', ...json(schema('error')) } },
    schemas: {
      app: { type: 'object', properties: { spec: schema('spec/properties/keep') } },
      spec: { type: 'object', properties: { keep: { type: 'string', example: 'true' } } },
      error: { type: 'object', properties: { id: { $ref: '#/paths/~1apps~1%7Bid%7D/parameters/0/schema' } } },
      droplet: { type: 'object' },
    },
  },
};

it('keeps the operations that are named and what they lead to, without prose', () => {
  const shape = (name: string) => ({ content: { 'application/json': { schema: schema(name) } } });
  expect(prunedOpenApi(document, ['update'])).toEqual({
    openapi: '3.0.0',
    paths: {
      '/apps/{id}': {
        put: {
          operationId: 'update',
          parameters: [
            { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
            { name: 'page', in: 'query', schema: { type: 'integer' } },
          ],
          requestBody: shape('app'),
          responses: { 200: shape('app'), 204: {}, default: shape('error') },
        },
      },
    },
    components: {
      schemas: {
        app: { type: 'object', properties: { spec: schema('spec/properties/keep') } },
        error: { type: 'object', properties: { id: { type: 'string' } } },
        spec: { type: 'object', properties: { keep: { type: 'string' } } },
      },
    },
  });
});

it('refuses an operation that is not published', () => {
  expect(() => prunedOpenApi(document, ['update', 'invent'])).toThrow(/invent/);
});

it('is corrected where the platform is known to be otherwise, and says when a correction no longer fits', () => {
  const pruned = prunedOpenApi(document, ['update']);
  const correction = {
    schema: 'spec',
    property: 'keep',
    published: { type: 'string' },
    real: { type: 'boolean' },
    source: 'its client',
  };
  const once = corrected(pruned, [correction]);
  expect(once).toMatchObject({
    components: { schemas: { spec: { properties: { keep: { type: 'boolean' } } } } },
  });
  expect(() => corrected(once, [correction])).toThrow(/spec\.keep .*its client/);
});
