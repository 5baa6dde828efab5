import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { z } from 'zod';
import { textIfThere } from '../text/if-there.ts';

const zip = promisify(gzip);

/** A file of the client's bundle. */
export interface BundleFile {
  readonly file: string;
  readonly bytes: number;
}

/** All JavaScript and CSS in a folder, or null where the folder is missing: nothing was built. */
export async function bundleFiles(folder: string): Promise<BundleFile[] | null> {
  let names: string[];
  try {
    names = await readdir(folder, { recursive: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const code = names.filter((name) => /\.(m?js|css)$/.test(name));
  return Promise.all(
    code.map(async (file) => ({ file, bytes: (await readFile(path.join(folder, file))).length })),
  );
}

const manifestSchema = z.record(
  z.string(),
  z.object({
    file: z.string(),
    isEntry: z.boolean().optional(),
    isDynamicEntry: z.boolean().optional(),
    imports: z.array(z.string()).default([]),
    css: z.array(z.string()).default([]),
  }),
);
/** Vite's manifest: https://vite.dev/guide/backend-integration */
export type Manifest = z.output<typeof manifestSchema>;

/** Reads Vite's manifest, or null where there is none. */
export async function readManifest(file: string): Promise<Manifest | null> {
  const text = await textIfThere(file);
  if (text === undefined) return null;
  return manifestSchema.parse(JSON.parse(text));
}

/** Parts that are loaded only when something needs them. */
export const lazyParts = (manifest: Manifest): string[] =>
  Object.values(manifest).flatMap(({ isDynamicEntry, file }) => (isDynamicEntry ? [file] : []));

/** Bytes, gzipped, of all that the first page loads: the entries, what they import at once, and their styles. */
export async function initialBytes(folder: string, manifest: Manifest): Promise<number> {
  const files = new Set<string>();
  const visit = (key: string) => {
    const part = manifest[key];
    if (!part || files.has(part.file)) return;
    for (const file of [part.file, ...part.css]) files.add(file);
    part.imports.forEach(visit);
  };
  for (const [key, part] of Object.entries(manifest)) if (part.isEntry) visit(key);
  const sizes = await Promise.all(
    [...files].map(async (file) => (await zip(await readFile(path.join(folder, file)))).length),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
