import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repository } from './packages.ts';

const run = promisify(execFile);

/**
 * Compiles files of a workspace and all that they import into `into`, each for itself.
 * @param files paths in the workspace's `src`
 * @throws {Error} with the compiler's words
 */
export async function compile(
  folder: string,
  files: readonly string[],
  into: string,
  { typesOnly = false } = {},
): Promise<void> {
  const config = join(repository, folder, `tsconfig.packaging-${process.pid}.json`);
  const options = {
    noEmit: false,
    rootDir: 'src',
    outDir: into,
    declaration: true,
    emitDeclarationOnly: typesOnly,
    rewriteRelativeImportExtensions: true,
  };
  const src = files.map((file) => join('src', file));
  await writeFile(
    config,
    JSON.stringify({
      extends: '../tsconfig.base.json',
      compilerOptions: options,
      files: src,
      include: ['src/**/*.d.ts'],
    }),
  );
  try {
    await run(process.execPath, [join(repository, 'node_modules/typescript/bin/tsc'), '-p', config]);
  } catch (error) {
    throw new Error(`${folder} could not be compiled:\n${(error as { stdout?: string }).stdout}`, {
      cause: error,
    });
  } finally {
    await rm(config, { force: true });
  }
}
