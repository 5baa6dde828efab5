import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { type Contract, storedJson } from './contracts/stored.ts';
import type { TwinReply, TwinRequest } from './twin.ts';

type Json = Record<string, unknown>;
interface Operation {
  readonly id: string;
  readonly method: string;
  readonly pattern: RegExp;
  readonly pointer: string;
  readonly parameters: readonly { name: string; in: string; required?: boolean }[];
  readonly body: Json | null;
  readonly responses: ReadonlyMap<string, Json | null>;
}

/** A call that a published OpenAPI knows, with the values of its path. */
export interface Call {
  readonly id: string;
  readonly path: Readonly<Record<string, string>>;
}

/** Checks calls and answers against a platform's published OpenAPI. */
export class OpenApi {
  readonly #document: Json;
  readonly #operations: Operation[];
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(contract: Contract, base = '') {
    this.#document = loosened(storedJson(contract)) as Json;
    (formats as unknown as { default: typeof formats.default }).default(this.#ajv);
    for (const format of ['uint32', 'uint64', 'string', 'int32', 'int64']) this.#ajv.addFormat(format, true);
    this.#ajv.addSchema({ $id: 'api', ...this.#document });
    this.#operations = Object.entries(this.#document.paths as Record<string, Json>).flatMap(([path, item]) =>
      Object.entries(item)
        .filter(([method]) => ['get', 'post', 'put', 'patch', 'delete'].includes(method))
        .map(([method, operation]) => this.#operation(base, path, method, item, operation as Json)),
    );
  }

  #operation(base: string, path: string, method: string, item: Json, operation: Json): Operation {
    const pointer = `#/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1')}/${method}`;
    const parameters = [...((item.parameters ?? []) as Json[]), ...((operation.parameters ?? []) as Json[])];
    const source = base + path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
    const responses = Object.entries((operation.responses ?? {}) as Record<string, Json>).map(
      ([status, response]): [string, Json | null] => [status, contentOf(this.#resolve(response))],
    );
    return {
      id: String(operation.operationId),
      method: method.toUpperCase(),
      pattern: new RegExp(`^${source}$`),
      pointer,
      parameters: parameters.map((one) => this.#resolve(one) as unknown as Operation['parameters'][number]),
      body: operation.requestBody ? contentOf(this.#resolve(operation.requestBody as Json)) : null,
      responses: new Map(responses),
    };
  }

  /** The operation that a request calls, or what the schema has against it. */
  call({ method, path, query, body }: TwinRequest): Call | string {
    const operation = this.#operations.find((one) => one.method === method && one.pattern.test(path));
    if (!operation) return `${method} ${path} is not in the schema`;
    const problems: string[] = [];
    const known = operation.parameters.filter((one) => one.in === 'query');
    for (const name of new Set(query.keys())) {
      if (!known.some((one) => one.name === name)) problems.push(`no query parameter ${name}`);
    }
    for (const { name, required } of known) {
      if (required && !query.has(name)) problems.push(`query parameter ${name} is missing`);
    }
    if (operation.body) {
      problems.push(
        ...this.problems(operation.body, body ?? {}),
        ...this.unknown(operation.body, body ?? {}),
      );
    } else if (body !== undefined) {
      problems.push('a body that the operation does not take');
    }
    if (problems.length) return `${method} ${path}: ${problems.join('; ')}`;
    return { id: operation.id, path: { ...operation.pattern.exec(path)?.groups } };
  }

  /** What the schema has against an answer. */
  answer(id: string, { status, body }: TwinReply): string[] {
    const operation = this.#operations.find((one) => one.id === id)!;
    const { responses } = operation;
    const response = responses.get(responses.has(String(status)) ? String(status) : 'default');
    if (response === undefined) return [`${id} never answers ${status}`];
    if (response === null) return body === undefined ? [] : [`${id} answers ${status} without a body`];
    return this.problems(response, body).map((problem) => `answer of ${id}: ${problem}`);
  }

  /** What a named schema has against a value. */
  named(name: string, value: unknown): string[] {
    const schema = { $ref: `#/components/schemas/${name}` };
    return [...this.problems(schema, value), ...this.unknown(schema, value)];
  }

  problems(schema: Json, value: unknown): string[] {
    const key = JSON.stringify(schema);
    const validate = this.#compiled.get(key) ?? this.#ajv.compile(absolute(schema) as Json);
    this.#compiled.set(key, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map((error) => `${error.instancePath || '/'} ${error.message}`);
  }

  /** Properties that the schema does not know. A published schema rarely forbids them, and a platform ignores them in silence. */
  unknown(schema: Json, value: unknown, at = ''): string[] {
    if (Array.isArray(value)) {
      const items = this.#branches(schema).flatMap((one) => (one.items ? [one.items as Json] : []));
      return items.length === 0 ? [] : value.flatMap((one, i) => this.#best(items, one, `${at}[${i}]`));
    }
    if (typeof value !== 'object' || value === null) return [];
    const branches = this.#branches(schema);
    const open = branches.some((one) => one.additionalProperties);
    const properties = new Map<string, Json[]>();
    for (const branch of branches) {
      for (const [name, property] of Object.entries((branch.properties ?? {}) as Record<string, Json>)) {
        properties.set(name, [...(properties.get(name) ?? []), property]);
      }
    }
    if (properties.size === 0) return [];
    return Object.entries(value).flatMap(([name, one]) => {
      const known = properties.get(name);
      if (known) return this.#best(known, one, `${at}.${name}`);
      return open ? [] : [`${at}.${name} is not in the schema`];
    });
  }

  #best(schemas: readonly Json[], value: unknown, at: string): string[] {
    const all = schemas.map((schema) => this.unknown(schema, value, at));
    return all.find((problems) => problems.length === 0) ?? all[0]!;
  }

  /** A schema with everything that it is composed of. */
  #branches(schema: Json): Json[] {
    const own = this.#resolve(schema);
    const parts = ['allOf', 'anyOf', 'oneOf'].flatMap((word) => (own[word] ?? []) as Json[]);
    return [own, ...parts.flatMap((part) => this.#branches(part))];
  }

  #resolve(value: Json): Json {
    if (typeof value.$ref !== 'string') return value;
    const keys = value.$ref
      .slice(2)
      .split('/')
      .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
    let found: unknown = this.#document;
    for (const key of keys) found = (found as Json)[decodeURIComponent(key)];
    return this.#resolve(found as Json);
  }
}

function contentOf(part: Json): Json | null {
  const content = (part.content ?? {}) as Record<string, { schema?: Json }>;
  return content['application/json']?.schema ?? null;
}

/** References inside a schema that stands alone lead to the document. */
function absolute(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(absolute);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      key === '$ref' && typeof one === 'string' && one.startsWith('#') ? `api${one}` : absolute(one),
    ]),
  );
}

/**
 * The `oneOf`s of these files overlap and have no discriminator, so a right body fails them; they are read as `anyOf`, and
 * the twins check the branch that counts by themselves. OpenAPI 3.0 words that JSON Schema spells otherwise are translated.
 */
function loosened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(loosened);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, one]): [string, unknown][] => {
    if (key === 'oneOf' && Array.isArray(one)) return [['anyOf', loosened(one)]];
    if ((key === 'exclusiveMinimum' || key === 'exclusiveMaximum') && typeof one === 'boolean') return [];
    return [[key, loosened(one)]];
  });
  const result = Object.fromEntries(entries) as Json;
  if (result.nullable === true && typeof result.type === 'string') result.type = [result.type, 'null'];
  if (result.nullable === true && Array.isArray(result.enum)) result.enum = [...result.enum, null];
  delete result.nullable;
  return result;
}
