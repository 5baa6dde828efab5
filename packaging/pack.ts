import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundle } from './bundled.ts';
import { compile } from './compiled.ts';
import { exportedFiles, manifestOf, workspaceOf } from './manifest.ts';
import { noticesFor } from './notices.ts';
import { type Package, packages, repository } from './packages.ts';
import { standalone } from './standalone.ts';

const run = promisify(execFile);

/**
 * Makes the tarball of each package in `into`, with its unpacked folder beside it. `npm run pack` makes those of the repository.
 * @returns paths of the tarballs, by the package's name
 */
export async function pack(into: string): Promise<Record<string, string>> {
  const tarballs: Record<string, string> = {};
  for (const each of packages) {
    const folder = join(into, each.name);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await writeCode(each, folder);
    const manifest = manifestOf(each, each.bundled ? 'types/' : '', process.env.GITHUB_REPOSITORY);
    await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    await copyFile(join(repository, 'LICENSE'), join(folder, 'LICENSE'));
    await copyFile(join(repository, each.folder, 'package.md'), join(folder, 'README.md'));
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', into], { cwd: folder });
    tarballs[each.name] = join(into, JSON.parse(stdout)[0].filename);
  }
  return tarballs;
}

async function writeCode(each: Package, folder: string): Promise<void> {
  const dist = join(folder, 'dist');
  const workspace = workspaceOf(each);
  const files = exportedFiles(workspace);
  if (each.bundled) {
    const bundled = await bundle(each.bundled, dist);
    await compile(each.folder, files, join(dist, 'types'), { typesOnly: true });
    for (const [name, file] of Object.entries(each.standalone ?? {})) {
      const { code, modules } = await standalone(file);
      await writeFile(join(dist, name), code);
      bundled.push(...modules);
    }
    await writeFile(join(folder, 'NOTICES.md'), await noticesFor(bundled));
  } else {
    const programs = [
      ...Object.values(each.bin ?? {}).map((file) => file.replace(/\.js$/, '.ts')),
      ...(each.programs ?? []),
    ];
    await compile(each.folder, [...files, ...programs], dist);
  }
  for (const file of Object.values(each.bin ?? {})) await chmod(join(dist, file), 0o755);
}

if (import.meta.main) {
  const made = await pack(join(import.meta.dirname, 'dist'));
  for (const tarball of Object.values(made)) console.log(tarball);
}
