import { join } from 'node:path';
import { type OutputChunk, rolldown } from 'rolldown';
import { type Bundle, repository } from './packages.ts';

/**
 * Writes a package's code with everything that it uses into `into`: each program is a file by its name, what several share lies in
 * `chunks/`, and what is loaded late is a file of its own.
 * @returns files outside the repository's own code that went in, absolute
 */
export async function bundle({ entries, external }: Bundle, into: string): Promise<string[]> {
  const input = Object.fromEntries(
    Object.entries(entries).map(([name, file]) => [name, join(repository, file)]),
  );
  const build = await rolldown({
    input,
    external: [...external],
    platform: 'node',
    cwd: repository,
    onLog(level, log) {
      if (level === 'warn') throw new Error(`The bundle is not sound: ${log.message}`);
    },
  });
  try {
    const { output } = await build.write({
      dir: into,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: 'chunks/[name]-[hash].js',
    });
    const chunks = output.filter((file): file is OutputChunk => file.type === 'chunk');
    const modules = chunks.flatMap((chunk) => chunk.moduleIds);
    return [...new Set(modules.filter((id) => id.includes('/node_modules/')))];
  } finally {
    await build.close();
  }
}
