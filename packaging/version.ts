import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packages, repository } from './packages.ts';

/**
 * The version of all packages, which is one: `node packaging/version.ts 0.2.0` sets it, where they name one another too;
 * `node packaging/version.ts --check 0.2.0` looks whether it is that, for the workflow that publishes.
 */

const folders = [...packages.map(({ folder }) => folder), 'backend', 'frontend'];
const names: readonly string[] = packages.map(({ name }) => name);

/** A workspace's manifest with that version, of its own and of the packages that it needs; as text, with its form kept. */
export function withVersion(manifest: string, version: string): string {
  const needed = new RegExp(`("(?:${names.join('|')})": ")\\d[^"]*"`, 'g');
  return manifest.replace(/^( {2}"version": ")[^"]*"/m, `$1${version}"`).replace(needed, `$1${version}"`);
}

/** Folders whose manifest does not have that version. */
export const otherThan = (version: string): string[] =>
  folders.filter((folder) => {
    const manifest = readFileSync(join(repository, folder, 'package.json'), 'utf8');
    return withVersion(manifest, version) !== manifest;
  });

if (import.meta.main) {
  const words = process.argv.slice(2);
  const version = words.at(-1) ?? '';
  if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) {
    console.error(`"${version}" is no version, such as 0.2.0.`);
    process.exitCode = 2;
  } else if (words[0] === '--check') {
    const others = otherThan(version);
    if (others.length > 0) {
      console.error(`Not of version ${version}: ${others.join(', ')}. node packaging/version.ts ${version}`);
      process.exitCode = 1;
    }
  } else {
    for (const folder of folders) {
      const file = join(repository, folder, 'package.json');
      writeFileSync(file, withVersion(readFileSync(file, 'utf8'), version));
    }
    execFileSync('npm', ['install', '--package-lock-only', '--ignore-scripts'], { cwd: repository });
    console.log(`Version ${version}. Next: commit, and push the tag packages-v${version}.`);
  }
}
