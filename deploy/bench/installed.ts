/**
 * What it costs to have Conductor in a project: megabytes on the disk and packages, as npm installs it from our tarball, and the time of its help from
 * there; beside it what the same npm makes of other tools, where the registry has them. `npm run bench -w deploy`
 */
import { spawnSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from '../../packaging/pack.ts';
import { median, promise } from './promise.ts';

/** Megabytes that are promised, and seconds. */
const [room, limit] = [15, 0.15];
const runs = 9;
/** Tools of the field that are on npm. Railway's fetches its program, and so most of its size, in a script of its own. */
const others = ['wrangler', '@railway/cli'];

const folder = mkdtempSync(join(tmpdir(), 'conductor-bench-'));
try {
  const { 'conductor-deploy': tarball = '' } = await pack(join(folder, 'packed'));
  const own = install('conductor', tarball);
  promise(
    'conductor-deploy installed',
    own.megabytes,
    room,
    'MB',
    `${own.packages} package(s), ${own.seconds.toFixed(1)} s`,
  );
  const main = join(own.folder, 'node_modules/conductor-deploy/dist/main.js');
  help(main);
  promise(
    'its --help',
    median(Array.from({ length: runs }, () => help(main))),
    limit,
    's',
    `median of ${runs}`,
  );
  for (const name of others) {
    const { megabytes, packages, seconds } = install(name.replace(/\W/g, ''), name);
    console.log(
      Number.isNaN(megabytes)
        ? `  ${name}: could not be installed here`
        : `  ${name}: ${megabytes.toFixed(1)} MB, ${packages} packages, ${seconds.toFixed(1)} s (scripts off)`,
    );
  }
  console.log(
    '  kamal 2.10.1: a gem of 75 kB by rubygems.org (2025-12-16), without Ruby and the gems that it needs',
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function install(name: string, what: string) {
  const place = join(folder, name);
  spawnSync('mkdir', ['-p', place]);
  writeFileSync(join(place, 'package.json'), '{}');
  const began = performance.now();
  const words = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', what];
  const { status } = spawnSync('npm', words, { cwd: place });
  const modules = join(place, 'node_modules');
  return {
    folder: place,
    megabytes: status === 0 ? bytesOf(modules) / 1e6 : Number.NaN,
    packages: status === 0 ? manifests(modules) : Number.NaN,
    seconds: (performance.now() - began) / 1_000,
  };
}

function below(place: string): string[] {
  return readdirSync(place, { recursive: true, encoding: 'utf8' });
}

function bytesOf(place: string): number {
  return below(place).reduce((sum, name) => {
    const entry = lstatSync(join(place, name));
    return entry.isFile() ? sum + entry.size : sum;
  }, 0);
}

/** Packages: each folder of a `node_modules` with a manifest. */
function manifests(place: string): number {
  return below(place).filter((name) => /(^|node_modules\/)(@[^/]+\/)?[^/]+\/package\.json$/.test(name))
    .length;
}

/** Seconds of the help. @throws when it did not answer */
function help(main: string): number {
  const began = performance.now();
  const { status, stdout } = spawnSync(process.execPath, [main, '--help'], { encoding: 'utf8' });
  if (status !== 0 || !stdout.includes('Usage')) throw new Error(`--help ended with ${status}`);
  return (performance.now() - began) / 1_000;
}
