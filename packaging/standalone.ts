import { join } from 'node:path';
import { type OutputChunk, rolldown } from 'rolldown';
import { repository } from './packages.ts';

/** Of undici only its pool of connections is used, which is half of it. */
const pool = `import Pool from 'undici/lib/dispatcher/pool.js'; export { Pool };`;
/** A second parser of undici's, which is on trial and only used where an environment variable asks for it. */
const onTrial = /[/\\]undici[/\\]lib[/\\]milo[/\\]/;

/**
 * A program with everything that it uses as one small file. The same source makes the same text.
 * @param file path from the repository
 * @returns its text, and the files outside the repository's own code that went in, absolute
 */
export async function standalone(file: string): Promise<{ code: string; modules: string[] }> {
  const build = await rolldown({
    input: join(repository, file),
    platform: 'node',
    cwd: repository,
    plugins: [
      {
        name: 'small',
        resolveId: (id) => (id === 'undici' ? join(repository, 'undici-pool.js') : null),
        load(id) {
          if (id === join(repository, 'undici-pool.js')) return pool;
          return onTrial.test(id) ? 'throw new Error("This parser was left out.");' : null;
        },
      },
    ],
    onLog(level, log) {
      if (level === 'warn') throw new Error(`The program is not sound: ${log.message}`);
    },
  });
  try {
    const { output } = await build.generate({ format: 'esm', minify: true, codeSplitting: false });
    const [chunk, ...others] = output.filter((each): each is OutputChunk => each.type === 'chunk');
    if (chunk === undefined || others.length > 0) throw new Error(`${file} is not one file.`);
    const outside = chunk.moduleIds.filter((id) => id.includes('/node_modules/'));
    return { code: chunk.code, modules: [...new Set(outside)] };
  } finally {
    await build.close();
  }
}
