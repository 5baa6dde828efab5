import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { launcherOf } from '../config/launcher.ts';
import { ConductorError, exitCode } from '../errors.ts';
import { cleanEnvironment, forGit } from '../model/clean-environment.ts';
import { textIfThere } from '../text/if-there.ts';
import type { SecretsDocument } from './document.ts';
import type { Identity } from './identity.ts';
import { type Merged, mergeDocuments, type Side } from './merge.ts';
import { writePrivateFile } from './private-file.ts';
import { readRecipients } from './recipients.ts';
import { decryptDocument, encryptDocument, secretsFile } from './secrets-file.ts';

const run = promisify(execFile);

/** Tells git that the encrypted files are binary and which driver merges them; committed beside them. */
const attributes = '*.age binary merge=conductor-secrets\n';

/** The three versions of a secrets file that git hands to a merge driver (`%O %A %B`): paths of temporary files. */
export interface MergeFiles {
  readonly base: string;
  /** The result goes here. */
  readonly ours: string;
  readonly theirs: string;
}

/**
 * The merge driver: decrypts the three versions, merges by name and writes the result, encrypted, in place of ours. With
 * conflicts nothing is written and their names are returned: the driver then has to end with 1, so that git reports them.
 */
export async function mergeFiles(
  root: string,
  files: MergeFiles,
  identity: Identity,
): Promise<Merged['conflicts']> {
  const [base, ours, theirs] = await Promise.all([
    readFile(files.base),
    readFile(files.ours),
    readFile(files.theirs),
  ]);
  const merged = await mergeVersions({ base: base.length > 0 ? base : null, ours, theirs }, identity);
  if (merged.conflicts.length > 0) return merged.conflicts;
  await writeFile(files.ours, await encryptDocument(merged.document, await readRecipients(root)));
  return [];
}

/**
 * Ends a conflict that git left: takes the three versions from its index, merges with `prefer` deciding the names that both
 * sides changed, and writes the file. Returns the names still in conflict, with nothing written, when there is no `prefer`.
 * Throws `secrets.no-conflict` where git has none.
 */
export async function mergeFromIndex(
  root: string,
  environment: string,
  identity: Identity,
  prefer?: Side,
): Promise<Merged['conflicts']> {
  const file = secretsFile(environment);
  const [base, ours, theirs] = await Promise.all([1, 2, 3].map((stage) => readStage(root, file, stage)));
  if (!ours || !theirs) {
    throw new ConductorError({
      code: 'secrets.no-conflict',
      message: `git has no merge conflict in ${file}.`,
      exit: exitCode.usage,
    });
  }
  const merged = await mergeVersions({ base: base ?? null, ours, theirs }, identity, prefer);
  if (merged.conflicts.length > 0) return merged.conflicts;
  await writePrivateFile(
    path.join(root, file),
    await encryptDocument(merged.document, await readRecipients(root)),
  );
  return [];
}

/** Sets this clone up to merge secrets by name: `.gitattributes` beside the files, and the driver in git's own settings. */
export async function installMergeDriver(root: string): Promise<void> {
  const file = path.join(root, 'secrets', '.gitattributes');
  const there = (await textIfThere(file)) ?? '';
  if (!there.includes(attributes)) await writePrivateFile(file, there + attributes);
  const settings = {
    'merge.conductor-secrets.name': 'secrets merged by name',
    'merge.conductor-secrets.driver': `${launcherOf(root)} secrets merge %O %A %B`,
  };
  for (const [key, value] of Object.entries(settings))
    await run('git', ['config', key, value], { cwd: root, env: cleanEnvironment(forGit) });
}

interface Versions {
  readonly base: Uint8Array | null;
  readonly ours: Uint8Array;
  readonly theirs: Uint8Array;
}

async function mergeVersions(versions: Versions, identity: Identity, prefer?: Side): Promise<Merged> {
  const open = (bytes: Uint8Array, side: string): Promise<SecretsDocument> =>
    decryptDocument(bytes, identity, `the ${side} version of the secrets`);
  const [base, ours, theirs] = await Promise.all([
    versions.base && open(versions.base, 'common'),
    open(versions.ours, 'current'),
    open(versions.theirs, 'other'),
  ]);
  return mergeDocuments(base, ours, theirs, prefer);
}

/** A version of a conflicted file from git's index (1 common, 2 ours, 3 theirs); null where there is none. */
async function readStage(root: string, file: string, stage: number): Promise<Uint8Array | null> {
  const { stdout: listed } = await run('git', ['ls-files', '--unmerged', '--', file], {
    cwd: root,
    env: cleanEnvironment(forGit),
  });
  const entry = listed.split('\n').find((line) => line.split(/\s+/)[2] === String(stage));
  if (!entry) return null;
  const object = entry.split(/\s+/)[1]!;
  const { stdout } = await run('git', ['cat-file', 'blob', object], {
    cwd: root,
    env: cleanEnvironment(forGit),
    encoding: 'buffer',
  });
  return stdout;
}
