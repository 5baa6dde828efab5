import { type Json, mapped } from './json-schema.ts';

/** What a Swagger 2 document says, as OpenAPI 3: schemas, parameters, bodies and answers that are JSON. */
export function openApiOf(swagger: Json): Json {
  const paths = mapped(swagger.paths as Json, (item) =>
    mapped(item as Json, (operation) => operationOf(operation as Json)),
  );
  return { openapi: '3.0.0', paths, components: { schemas: schemaOf(swagger.definitions) as Json } };
}

function operationOf(operation: Json): Json {
  const all = (operation.parameters ?? []) as Json[];
  const body = all.find((one) => one.in === 'body');
  return {
    operationId: operation.operationId,
    parameters: all
      .filter((one) => one.in !== 'body')
      .map(({ name, in: where, required, description: _, ...schema }) => ({
        name,
        in: where,
        ...(required ? { required } : {}),
        schema: schemaOf(schema),
      })),
    ...(body ? { requestBody: contentOf(body) } : {}),
    responses: mapped(operation.responses as Json, (one) => contentOf(one as Json)),
  };
}

/** Bytes and text are no JSON: nothing is said of them. */
function contentOf({ schema }: { schema?: Json } & Json): Json {
  if (!schema || schema.type === 'string') return {};
  return { content: { 'application/json': { schema: schemaOf(schema) } } };
}

/** Swagger's own words and the formats that only its generators know are left out. */
function schemaOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(schemaOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([word, one]): [string, unknown][] => {
      if (word === 'x-nullable') return [['nullable', one]];
      if (word.startsWith('x-') || (word === 'format' && typeof one === 'string')) return [];
      if (word === '$ref' && typeof one === 'string')
        return [[word, one.replace('#/definitions/', '#/components/schemas/')]];
      return [[word, schemaOf(one)]];
    }),
  );
}
