import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as digitalocean from '../../../src/targets/digitalocean/operations.ts';
import * as railway from '../../../src/targets/railway/operations.ts';
import * as render from '../../../src/targets/render/operations.ts';
import { corrected, digitalocean as ofDigitalOcean } from './corrections.ts';
import { operations as ofEngine } from './engine-operations.ts';
import { prunedSchema } from './graphql.ts';
import { type Json, shapeOf } from './json-schema.ts';
import { prunedOpenApi } from './openapi.ts';
import type { Contract } from './stored.ts';
import { openApiOf } from './swagger.ts';

/** Each contract: what it is made of, and how. */
const makers: Readonly<Record<Contract, readonly [published: string, make: (text: string) => string]>> = {
  'railway.generated.graphql': [
    'railway.schema.graphql',
    (text) =>
      prunedSchema(
        text,
        Object.values(railway.operations).map(({ document }) => document),
      ),
  ],
  'railway.environment-config.generated.json': [
    'railway.environment-config.schema.json',
    (text) => json(shapeOf(parsed(text))),
  ],
  'render.openapi.generated.json': [
    'render.openapi.json',
    (text) => json(prunedOpenApi(parsed(text), idsOf(render.operations))),
  ],
  'render.blueprint.generated.json': ['render.blueprint.schema.json', (text) => json(shapeOf(parsed(text)))],
  'digitalocean.openapi.generated.json': [
    'digitalocean.openapi.json',
    (text) => json(corrected(prunedOpenApi(parsed(text), idsOf(digitalocean.operations)), ofDigitalOcean)),
  ],
  'docker.openapi.generated.json': [
    'docker.swagger.json',
    (text) => json(prunedOpenApi(openApiOf(parsed(text)), ofEngine)),
  ],
  'compose.generated.json': ['compose-spec.schema.json', (text) => json(shapeOf(parsed(text)))],
};

/** Command that writes the contracts anew. */
export const command = 'npm run contracts -w deploy';

/** Names of the contracts whose published schema is in a folder. */
export const namesIn = (from: string): Contract[] =>
  (Object.keys(makers) as Contract[]).filter((name) => existsSync(path.join(from, makers[name][0])));

/** A contract as its published schema and the operations that our adapters use make it. */
export function make(name: Contract, from: string): string {
  const [published, of] = makers[name];
  return of(readFileSync(path.join(from, published), 'utf8'));
}

const parsed = (text: string): Json => JSON.parse(text) as Json;
const idsOf = (operations: Readonly<Record<string, { readonly id: string }>>): string[] => [
  ...new Set(Object.values(operations).map(({ id }) => id)),
];

const width = 120;
const json = (value: unknown): string => `${printed(value, '')}\n`;

/** JSON that breaks what does not fit into a line, and nothing else, so that files are short and differences are of lines. */
function printed(value: unknown, indent: string): string {
  const line = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || indent.length + line.length <= width) return line;
  const deeper = `${indent} `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const parts = Array.isArray(value)
    ? value.map((one) => printed(one, deeper))
    : Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${printed(one, deeper)}`);
  return `${open}\n${parts.map((part) => deeper + part).join(',\n')}\n${indent}${close}`;
}
