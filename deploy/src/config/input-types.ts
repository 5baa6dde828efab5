import type { z } from 'zod';
import type { ConfiguredKind } from '../model/target-kind.ts';
import { notifierSchema } from './notifiers.ts';
import { projectSchema } from './schema.ts';

/** A type that is written, with the schema that says what it is. */
interface NamedSchema {
  readonly name: string;
  /** What it is, for the editor. */
  readonly what: string;
  readonly schema: z.core.$ZodType;
}

/** `src/config/input.generated.ts`: the types of what a `conductor.config.ts` gives. */
export function inputFile(kinds: readonly ConfiguredKind[]): string {
  const targets = kinds.map(({ kind, settings }) => ({
    name: `${names[kind]}Input`,
    what: `Settings of the target \`${kind}()\`.`,
    schema: settings,
  }));
  const types = [
    { name: 'ProjectInput', what: 'A project, as `defineConfig` takes it.', schema: projectSchema },
    {
      name: 'NotifierInput',
      what: 'Who is told: `slack()`, `webhook()` or `email()`.',
      schema: notifierSchema,
    },
    ...targets,
  ];
  return `${introduction}\n${inputTypes(types)}`;
}

/** By kind, the beginning of a type's name. */
const names: Readonly<Record<string, string>> = {
  local: 'Local',
  railway: 'Railway',
  render: 'Render',
  digitalocean: 'DigitalOcean',
  swarm: 'Swarm',
};

const introduction = `// Generated from the schemas in deploy/src. To regenerate it: npm run docs -w deploy
import type { HookInput } from '../model/hook.ts';
import type { SecretLink } from '../model/service-command.ts';
import type { SecretReference, Setting } from './settings.ts';
`;

/**
 * What is given to each schema (its input), as TypeScript that needs no zod: an editor shows each field's description, and whoever installs
 * the package gets no other one's types. A schema that says its `type` in its metadata is written as that.
 * @throws {Error} for a kind of schema that it does not know
 */
const inputTypes = (schemas: readonly NamedSchema[]): string =>
  schemas
    .map(({ name, what, schema }) => `${comment(what, '')}export type ${name} = ${typeOf(schema, '')};\n`)
    .join('\n');

function typeOf(schema: z.core.$ZodType, indent: string): string {
  const named = (schema as z.ZodType).meta?.()?.type;
  if (typeof named === 'string') return named;
  const { def } = schema._zod as z.core.$ZodTypes['_zod'];
  switch (def.type) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'unknown':
      return def.type;
    case 'literal':
      return def.values.map((value) => JSON.stringify(value)).join(' | ');
    case 'enum':
      return Object.values(def.entries)
        .map((value) => JSON.stringify(value))
        .join(' | ');
    case 'union':
      return def.options.map((option) => typeOf(option, indent)).join(' | ');
    case 'array': {
      const element = typeOf(def.element, indent);
      return element.includes(' | ') ? `(${element})[]` : `${element}[]`;
    }
    case 'record':
      return `Record<string, ${typeOf(def.valueType, indent)}>`;
    case 'optional':
    case 'default':
    case 'prefault':
      return typeOf(def.innerType, indent);
    case 'pipe':
      return typeOf(def.in, indent);
    case 'object':
      return `{\n${fields(def.shape, `${indent}  `)}${indent}}`;
    default:
      throw new Error(`There is no TypeScript for a schema of type ${def.type}`);
  }
}

const fields = (shape: Record<string, z.core.$ZodType>, indent: string): string =>
  Object.entries(shape)
    .map(([key, schema]) => {
      // What may be anything may be nothing, and has to be there all the same.
      const optional =
        schema._zod.def.type !== 'unknown' && (schema as z.ZodType).safeParse(undefined).success;
      const type = typeOf(schema, indent);
      return `${comment(aboutOf(schema), indent)}${indent}${/^\w+$/.test(key) ? key : JSON.stringify(key)}${optional ? '?' : ''}: ${type}${optional ? ' | undefined' : ''};\n`;
    })
    .join('');

/** Its description, and what is meant where it is left out. */
function aboutOf(schema: z.core.$ZodType): string {
  const { description = '' } = schema as z.ZodType;
  const { def } = schema._zod as z.core.$ZodTypes['_zod'];
  const fallback = def.type === 'default' ? JSON.stringify(def.defaultValue) : undefined;
  // Nothing is what whoever leaves it out expects.
  if (fallback === undefined || fallback === '{}' || fallback === '[]') return description;
  return `${description}\n@default ${fallback}`.trim();
}

function comment(text: string, indent: string): string {
  if (text === '') return '';
  const lines = text.replaceAll('*/', '*\\/').split('\n');
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}\n`).join('')}${indent} */\n`;
}
