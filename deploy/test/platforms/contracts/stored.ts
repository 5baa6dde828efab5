import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Json } from './json-schema.ts';

/** A contract by the name of its file. */
export type Contract =
  | 'railway.generated.graphql'
  | `${'railway.environment-config' | 'render.openapi' | 'render.blueprint' | 'digitalocean.openapi' | 'docker.openapi' | 'compose'}.generated.json`;

/** Where a contract lies. */
export const fileOf = (name: Contract): string => path.join(import.meta.dirname, name);

/** A contract as it lies in the repository. */
export const stored = (name: Contract): string => readFileSync(fileOf(name), 'utf8');

/** One that is JSON. */
export const storedJson = (name: Contract): Json => JSON.parse(stored(name)) as Json;
