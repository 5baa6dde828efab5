import { type Json, mapped, referredIn, shapeOf } from './json-schema.ts';

const schemas = '#/components/schemas/';

/** An OpenAPI document with some of its operations and the schemas that these lead to, without prose. */
export function prunedOpenApi(document: Json, ids: readonly string[]): Json {
  const wanted = new Set(ids);
  const paths = Object.entries(document.paths as Record<string, Json>).flatMap(([path, item]) => {
    const kept = Object.entries(item).flatMap(([method, operation]): [string, Json][] => {
      const { operationId } = operation as { operationId?: string };
      if (!operationId || !wanted.delete(operationId)) return [];
      const parameters = [...parametersOf(item), ...parametersOf(operation as Json)];
      const whole = inlined(document, { ...(operation as Json), parameters }) as Json;
      return [[method, operationShape(whole)]];
    });
    return kept.length === 0 ? [] : [[path, Object.fromEntries(kept)] as const];
  });
  if (wanted.size) throw new Error(`not in the published OpenAPI: ${[...wanted].join(', ')}`);
  const all = inlined(document, (document.components as { schemas: Json }).schemas) as Json;
  const found = new Set<string>();
  for (let next: unknown = paths; ; ) {
    const names = referredIn(next, schemas).filter((name) => !found.has(name));
    if (names.length === 0) break;
    for (const name of names) {
      if (!all[name]) throw new Error(`a reference leads to ${schemas}${name}, which is not there`);
      found.add(name);
    }
    next = names.map((name) => shapeOf(all[name]));
  }
  const used = [...found].sort().map((name) => [name, shapeOf(all[name])] as const);
  return {
    openapi: document.openapi,
    paths: Object.fromEntries(paths),
    components: { schemas: Object.fromEntries(used) },
  };
}

const parametersOf = ({ parameters = [] }: { parameters?: Json[] }): Json[] => parameters;

function operationShape(operation: Json): Json {
  const parameters = parametersOf(operation).map(({ name, in: where, required, schema }) => ({
    name,
    in: where,
    ...(required ? { required } : {}),
    schema: shapeOf(schema),
  }));
  const { requestBody } = operation as { requestBody?: Json };
  return {
    operationId: operation.operationId,
    parameters,
    ...(requestBody ? { requestBody: contentShape(requestBody) } : {}),
    responses: mapped((operation.responses ?? {}) as Json, (one) => contentShape(one as Json)),
  };
}

/** What a request or an answer holds, where it is JSON. */
function contentShape({ content }: Json): Json {
  const json = (content as Record<string, { schema?: unknown }> | undefined)?.['application/json'];
  return json?.schema ? { content: { 'application/json': { schema: shapeOf(json.schema) } } } : {};
}

/** A value with the references resolved that lead elsewhere than to a schema, such as a parameter of another path. */
function inlined(document: Json, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => inlined(document, one));
  if (typeof value !== 'object' || value === null) return value;
  const { $ref } = value as Json;
  if (typeof $ref !== 'string' || $ref.startsWith(schemas)) {
    return mapped(value as Json, (one) => inlined(document, one));
  }
  let found: unknown = document;
  for (const key of $ref.slice(2).split('/')) {
    found = (found as Json)[decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  if (found === undefined) throw new Error(`a reference leads to ${$ref}, which is not there`);
  return inlined(document, found);
}
