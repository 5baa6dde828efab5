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

/** As much of an OpenAPI 3.1 document as the types come from. */
export interface OpenApi {
  components?: { schemas?: Record<string, Schema> };
}

/** TypeScript types of every named schema of an OpenAPI document, in alphabetical order. */
export function apiTypes(document: OpenApi): string {
  const schemas = Object.entries(document.components?.schemas ?? {}).sort(([a], [b]) =>
    a.localeCompare(b, 'en'),
  );
  const types = schemas.map(
    ([name, schema]) => `${comment(schema, '')}export type ${name} = ${typeOf(schema, '')};\n`,
  );
  return `// Made from the API's OpenAPI description by build/api-types.ts; do not edit.\n\n${types.join('\n')}`;
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
