import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The parts of a JSON Schema that the API's description uses. */
interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  nullable?: boolean;
  description?: string;
}

interface Content {
  content?: Record<string, { schema?: Schema }>;
}

interface Operation {
  requestBody?: Content;
  responses?: Record<string, Content>;
}

/** As much of an OpenAPI 3.1 document as the types come from. */
export interface OpenApi {
  paths?: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
}

const base = '/api/v1';

/**
 * TypeScript types of an OpenAPI document: `Api`, what each operation takes and answers, by method and path
 * (`'GET /leads/{id}'`), and the named schemas that the operations use.
 */
export function apiTypes(document: OpenApi): string {
  const operations = operationsOf(document);
  const schemas = document.components?.schemas ?? {};
  const used = [...usedNames(operations, schemas)].sort((a, b) => a.localeCompare(b, 'en'));
  const types = used.map(
    (name) => `${comment(schemas[name]!, '')}export type ${name} = ${typeOf(schemas[name]!, '')};\n`,
  );
  const entries = operations.map(({ name, body, answer }) => {
    const parts = [
      body && `body: ${typeOf(body, '    ')}`,
      `answer: ${answer ? typeOf(answer, '    ') : 'undefined'}`,
    ];
    return `  '${name}': { ${parts.filter(Boolean).join('; ')} };\n`;
  });
  const api = `/** What each operation of the API takes and answers. */\nexport type Api = {\n${entries.join('')}};\n`;
  return `// Made from the API's OpenAPI description by build/api-types.ts; do not edit.\n\n${[api, ...types].join('\n')}`;
}

interface Described {
  name: string;
  body?: Schema;
  answer?: Schema;
}

function operationsOf(document: OpenApi): Described[] {
  return Object.entries(document.paths ?? {})
    .filter(([path]) => path.startsWith(base))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => {
        const success = Object.entries(operation.responses ?? {}).find(([status]) =>
          status.startsWith('2'),
        )?.[1];
        return {
          name: `${method.toUpperCase()} ${path.slice(base.length)}`,
          body: jsonOf(operation.requestBody),
          answer: jsonOf(success),
        };
      }),
    )
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

/** The body as JSON; of a stream of events, one event. */
function jsonOf(content: Content | undefined): Schema | undefined {
  const kinds = content?.content;
  const schema = (kinds?.['application/json'] ?? kinds?.['text/event-stream'])?.schema;
  return schema?.type === 'null' ? undefined : schema;
}

function usedNames(operations: Described[], schemas: Record<string, Schema>): Set<string> {
  const used = new Set<string>();
  const visit = (value: unknown) => {
    for (const [, name] of JSON.stringify(value ?? null).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (used.has(name!)) continue;
      used.add(name!);
      visit(schemas[name!]);
    }
  };
  visit(operations);
  return used;
}

function typeOf(schema: Schema, indent: string): string {
  const type = bareType(schema, indent);
  return schema.nullable ? `${type} | null` : type;
}

function bareType(schema: Schema, indent: string): string {
  if (schema.$ref) return schema.$ref.split('/').at(-1)!;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return [...new Set(choices.map((one) => typeOf(one, indent)))].join(' | ');
  if (schema.allOf) return schema.allOf.map((one) => typeOf(one, indent)).join(' & ');
  if (Array.isArray(schema.type))
    return schema.type.map((type) => typeOf({ ...schema, type }, indent)).join(' | ');
  switch (schema.type) {
    case 'array':
      return arrayOf(typeOf(schema.items ?? {}, indent));
    case 'object':
      return objectOf(schema, indent);
    case 'integer':
      return 'number';
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
      return schema.type;
    default:
      return 'unknown';
  }
}

const arrayOf = (item: string) => (/[|&]/.test(item) ? `(${item})[]` : `${item}[]`);

function objectOf(schema: Schema, indent: string): string {
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length === 0) {
    const values = schema.additionalProperties;
    return `Record<string, ${typeof values === 'object' ? typeOf(values, indent) : 'unknown'}>`;
  }
  const required = new Set(schema.required);
  const inner = `${indent}  `;
  const lines = properties.map(([name, property]) => {
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
    return `${comment(property, inner)}${inner}${key}${required.has(name) ? '' : '?'}: ${typeOf(property, inner)};\n`;
  });
  return `{\n${lines.join('')}${indent}}`;
}

const comment = ({ description }: Schema, indent: string) =>
  description ? `${indent}/** ${description.replaceAll('*/', '*\\/')} */\n` : '';

/** Where the types are kept. */
export const typesFile = fileURLToPath(new URL('../src/api/schema.generated.ts', import.meta.url));

// `node frontend/build/api-types.ts FILE|URL` writes the types of a description.
if (import.meta.main) {
  const source = process.argv[2] ?? 'http://localhost:8080/openapi.json';
  const text = /^https?:/.test(source) ? await (await fetch(source)).text() : await readFile(source, 'utf8');
  await writeFile(typesFile, apiTypes(JSON.parse(text) as OpenApi));
}
