import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { jsonIfThere } from './json-if-there.ts';

const portSchema = z.int().min(1).max(65_535);

/** Keeps the public port that a deploy was asked for: when nothing becomes live, the next one is for the same address. */
export function rememberPort(file: string, port: number): void {
  if (rememberedPort(file) !== port) writeFileSync(file, JSON.stringify(port));
}

/** Undefined where none was asked for, or where it was not written to its end. */
export function rememberedPort(file: string): number | undefined {
  return portSchema.safeParse(jsonIfThere(file)).data;
}
