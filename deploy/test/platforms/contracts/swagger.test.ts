import { expect, it } from 'vitest';
import { prunedOpenApi } from './openapi.ts';
import { openApiOf } from './swagger.ts';

it('says of a Swagger what OpenAPI 3 says: bodies, answers and parameters, without bytes', () => {
  const thing = { $ref: '#/definitions/Thing' };
  const document = {
    swagger: '2.0',
    paths: {
      '/things': {
        post: {
          operationId: 'ThingCreate',
          parameters: [
            { name: 'spec', in: 'body', schema: thing },
            { name: 'force', in: 'query', type: 'boolean', description: 'Anyway' },
          ],
          responses: { 201: { description: 'Made', schema: thing }, 204: { description: 'There' } },
        },
        get: {
          operationId: 'ThingExport',
          responses: { 200: { schema: { type: 'string', format: 'binary' } } },
        },
      },
    },
    definitions: {
      Thing: {
        type: 'object',
        'x-go-name': 'T',
        properties: { Size: { type: 'integer', format: 'int64', 'x-nullable': true } },
      },
    },
  };
  const schema = { $ref: '#/components/schemas/Thing' };
  expect(prunedOpenApi(openApiOf(document), ['ThingCreate', 'ThingExport'])).toEqual({
    openapi: '3.0.0',
    paths: {
      '/things': {
        post: {
          operationId: 'ThingCreate',
          parameters: [{ name: 'force', in: 'query', schema: { type: 'boolean' } }],
          requestBody: { content: { 'application/json': { schema } } },
          responses: { 201: { content: { 'application/json': { schema } } }, 204: {} },
        },
        get: { operationId: 'ThingExport', parameters: [], responses: { 200: {} } },
      },
    },
    components: {
      schemas: { Thing: { type: 'object', properties: { Size: { type: 'integer', nullable: true } } } },
    },
  });
});
