import { gzipSync } from 'node:zlib';
import type { Plugin, Rolldown } from 'vite';

/** Upper limits in bytes: scripts after gzip, the page's inline style as it is. */
export interface Budgets {
  /** The page that the build makes, `index.html`. */
  page: string;
  /** Everything a browser loads before the first screen's own code: the entry and all it imports statically. */
  initialScript: number;
  /** Any single script loaded later. */
  lazyScript: number;
  inlineStyle: number;
}

/** One measured size beside its limit. */
export interface Size {
  name: string;
  bytes: number;
  limit: number;
}

/** Measures the build and fails it where a budget is exceeded, naming each file and by how much. */
export function budgets(limits: Budgets): Plugin {
  return {
    name: 'conductor-budgets',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const sizes = measure(bundle, limits);
        for (const size of sizes.slice(0, 2)) this.info(describe(size));
        const over = sizes.filter((size) => size.bytes > size.limit);
        if (over.length > 0)
          this.error(`Over budget:\n${over.map((size) => `  ${describe(size)}`).join('\n')}`);
      },
    },
  };
}

/** The sizes that have a limit, largest group first. */
export function measure(bundle: Rolldown.OutputBundle, limits: Budgets): Size[] {
  const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
  const initial = staticGraph(chunks);
  const compressed = (chunk: Rolldown.OutputChunk) => gzipSync(chunk.code, { level: 9 }).length;
  const page = bundle[limits.page];
  const html = page?.type === 'asset' ? String(page.source) : '';
  const style = [...html.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, text]) => text).join('');
  return [
    {
      name: 'initial scripts',
      bytes: chunks
        .filter((chunk) => initial.has(chunk.fileName))
        .reduce((sum, chunk) => sum + compressed(chunk), 0),
      limit: limits.initialScript,
    },
    { name: `inline style of ${limits.page}`, bytes: Buffer.byteLength(style), limit: limits.inlineStyle },
    ...chunks
      .filter((chunk) => !initial.has(chunk.fileName))
      .map((chunk) => ({ name: chunk.fileName, bytes: compressed(chunk), limit: limits.lazyScript })),
  ];
}

/** File names of the entry chunks and of everything they import statically. */
function staticGraph(chunks: Rolldown.OutputChunk[]): Set<string> {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const seen = new Set<string>();
  const visit = (name: string) => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const next of byName.get(name)?.imports ?? []) visit(next);
  };
  for (const chunk of chunks) if (chunk.isEntry) visit(chunk.fileName);
  return seen;
}

const describe = ({ name, bytes, limit }: Size) =>
  `${name}: ${(bytes / 1000).toFixed(1)} kB of ${(limit / 1000).toFixed(0)} kB`;
