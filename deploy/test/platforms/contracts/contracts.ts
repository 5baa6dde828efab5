import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as digitalocean from '../../../src/targets/digitalocean/operations.ts';
import * as railway from '../../../src/targets/railway/operations.ts';
import * as render from '../../../src/targets/render/operations.ts';
import { corrected, digitalocean as ofDigitalOcean } from './corrections.ts';
import { prunedSchema } from './graphql.ts';
import { type Json, shapeOf } from './json-schema.ts';
import { prunedOpenApi } from './openapi.ts';
import type { Contract } from './stored.ts';

/** Each contract from the folder of the published schemas. */
const makers: Readonly<Record<Contract, (from: string) => string>> = {
  'railway.generated.graphql': (from) =>
    prunedSchema(
      textOf(from, 'railway.schema.graphql'),
      Object.values(railway.operations).map(({ document }) => document),
    ),
  'railway.environment-config.generated.json': (from) =>
    json(shapeOf(parsed(from, 'railway.environment-config.schema.json'))),
  'render.openapi.generated.json': (from) =>
    json(prunedOpenApi(parsed(from, 'render.openapi.json'), idsOf(render.operations))),
  'render.blueprint.generated.json': (from) => json(shapeOf(parsed(from, 'render.blueprint.schema.json'))),
  'digitalocean.openapi.generated.json': (from) =>
    json(
      corrected(
        prunedOpenApi(parsed(from, 'digitalocean.openapi.json'), idsOf(digitalocean.operations)),
        ofDigitalOcean,
      ),
    ),
  'compose.generated.json': (from) => json(shapeOf(parsed(from, 'compose-spec.schema.json'))),
};

/** Command that writes the contracts anew. */
export const command = 'npm run contracts -w deploy';

/** Names of the contracts. */
export const names = Object.keys(makers) as Contract[];

/** A contract as the published schemas and the operations that our adapters use make it. */
export const make = (name: Contract, from: string): string => makers[name](from);

const textOf = (from: string, name: string): string => readFileSync(path.join(from, name), 'utf8');
const parsed = (from: string, name: string): Json => JSON.parse(textOf(from, name)) as Json;
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
