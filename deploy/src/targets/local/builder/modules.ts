import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { access, copyFile, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { programOf } from 'conductor-backup/program';
import { cleanEnvironment } from '../../../model/clean-environment.ts';
import { textIfThere } from '../../../text/if-there.ts';
import type { Lockfile } from './lockfile.ts';
import { run } from './run.ts';

/** What npm notes in `node_modules` of what it has installed there. */
const noteName = '.package-lock.json';

interface ModulesOptions {
  /** Folder with the release's source. */
  readonly source: string;
  /** The project, whose own `node_modules` may serve. */
  readonly root: string;
  /** Folder of all shared modules. */
  readonly shared: string;
  readonly lockfile: Lockfile;
  /** What `npm ci`, and so the install scripts of packages, get. */
  readonly env: Readonly<Record<string, string>>;
  readonly log: string;
  readonly running: string;
  readonly signal: AbortSignal;
}

/** Name of a set of dependencies: equal for releases that can share it. */
export async function modulesKey(source: string, lockfile: Lockfile): Promise<string> {
  const { workspaces } = lockfile;
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}\0${lockfile.text}`);
  for (const folder of ['', ...workspaces.toSorted()]) {
    const manifest = join(source, folder, 'package.json');
    if (existsSync(manifest)) hash.update(`\0${folder}\0`).update(await readFile(manifest));
  }
  return hash.digest('hex').slice(0, 20);
}

/** True when a set of dependencies has to be installed from the registry, for nothing on this machine has it. */
export async function mustInstall({
  shared,
  source,
  root,
  lockfile,
}: Pick<ModulesOptions, 'shared' | 'source' | 'root' | 'lockfile'>): Promise<boolean> {
  const there = existsSync(join(shared, await modulesKey(source, lockfile)));
  return !there && !(await checkoutAgrees(root, lockfile));
}

/** Folder in which the modules of a release are made, before they are shared. */
export const modulesDraft = (shared: string): string =>
  join(shared, `.making-modules-${randomBytes(4).toString('hex')}`);

/** How many of the packages are there already, for people who wait for the others. */
export async function countInstalled(draft: string, { installed }: Lockfile): Promise<string> {
  const there = await Promise.all(
    installed.map((place) =>
      access(join(draft, place, 'package.json')).then(
        () => 1,
        () => 0,
      ),
    ),
  );
  return `${there.filter((one) => one === 1).length} of ${installed.length} packages`;
}

/** Makes the shared modules of a release in `draft`, unless they are there. Answers with their folder's name. */
export async function shareModules(options: ModulesOptions, draft: string): Promise<string> {
  const { shared, source, root, lockfile } = options;
  const key = await modulesKey(source, lockfile);
  if (existsSync(join(shared, key))) return key;
  // Complete or not there at all, whenever this process is killed.
  try {
    await mkdir(draft, { recursive: true });
    if (await checkoutAgrees(root, lockfile)) await linkFrom(root, draft, options);
    else await install(draft, options);
    await rename(draft, join(shared, key));
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return key;
}

async function checkoutAgrees(root: string, lockfile: Lockfile): Promise<boolean> {
  const note = await textIfThere(join(root, 'node_modules', noteName));
  return note !== undefined && lockfile.isInstalled(note);
}

/** Takes the modules over from the project by hard links: no bytes are copied, and the project's may be replaced later. */
async function linkFrom(
  root: string,
  draft: string,
  { lockfile, log, running, signal }: ModulesOptions,
): Promise<void> {
  for (const folder of ['', ...lockfile.workspaces]) {
    const modules = join(root, folder, 'node_modules');
    if (!existsSync(modules)) continue;
    const program = programOf(import.meta.filename, 'targets/local/builder/link-tree');
    await mkdir(join(draft, folder), { recursive: true });
    // In a process of its own: tens of thousands of system calls would hold up everything else here.
    const command = [process.execPath, program, modules, join(draft, folder, 'node_modules')];
    await run(command, { cwd: root, env: cleanEnvironment(), log, running, signal });
  }
}

async function install(
  draft: string,
  { source, lockfile, env, log, running, signal }: ModulesOptions,
): Promise<void> {
  for (const file of ['package.json', 'package-lock.json', '.npmrc']) {
    if (existsSync(join(source, file))) await copyFile(join(source, file), join(draft, file));
  }
  for (const folder of lockfile.workspaces) {
    await mkdir(join(draft, folder), { recursive: true });
    await copyFile(join(source, folder, 'package.json'), join(draft, folder, 'package.json'));
  }
  await run(['npm', 'ci', '--no-audit', '--no-fund'], { cwd: draft, env, log, running, signal });
}

/**
 * Gives a release its `node_modules`: folders of its own that hold links into the shared ones, so that packages of the project
 * itself can be links to the release's own folders. (Node runs no TypeScript below `node_modules`, and looks at real paths.)
 * What the project links to outside of itself stays where it is.
 */
export async function linkModules(
  release: string,
  shared: string,
  root: string,
  { links, outside, workspaces }: Lockfile,
): Promise<void> {
  for (const folder of ['', ...workspaces]) {
    const modules = join(shared, folder, 'node_modules');
    if (existsSync(modules)) await linkEntries(modules, join(release, folder, 'node_modules'));
  }
  for (const [place, folder] of links) {
    await linkTo(join(release, folder), join(release, place));
  }
  for (const [place, folder] of outside) await linkTo(join(root, folder), join(release, place));
}

async function linkEntries(modules: string, into: string): Promise<void> {
  await mkdir(into, { recursive: true });
  for (const entry of await readdir(modules, { withFileTypes: true })) {
    const [from, to] = [join(modules, entry.name), join(into, entry.name)];
    if (entry.name.startsWith('@')) await linkEntries(from, to);
    // Links among the shared ones are those to the project's own packages.
    else if (!entry.isSymbolicLink()) await linkTo(from, to);
  }
}

async function linkTo(target: string, place: string): Promise<void> {
  await mkdir(dirname(place), { recursive: true });
  await rm(place, { force: true });
  await symlink(relative(dirname(place), target), place);
}
