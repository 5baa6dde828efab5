import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { findGit } from '../checks/git.ts';
import { findRoot, type LoadedProject, loadProject } from '../config/load.ts';
import { environmentOf } from '../config/resolve.ts';
import { ledgerOf } from '../environment/ledger-of.ts';
import { reseal } from '../environment/reseal.ts';
import { Seal } from '../environment/seal.ts';
import { ConductorError, type ExitCode, exitCode } from '../errors.ts';
import {
  assertRecipient,
  createIdentity,
  createRedactor,
  editSecrets,
  fingerprint,
  finishRotation,
  generateSecret,
  installMergeDriver,
  mergeFiles,
  mergeFromIndex,
  openSecrets,
  parseDotenv,
  previousName,
  type Recipient,
  readRecipients,
  readValue,
  recipientsFile,
  requireIdentity,
  rotateSecret,
  type Secrets,
  type Side,
  saveSecrets,
  secretsFile,
  writeRecipients,
} from '../secrets/index.ts';
import { table } from '../text/table.ts';
import type { Context } from './command.ts';
import { usage as usageOf } from './parse.ts';
import { cannotUnset, type Kept, openKept } from './secrets-kept.ts';
import { kindsOf, open as openSession } from './session.ts';

interface Call {
  readonly args: readonly (string | undefined)[];
  readonly options: {
    readonly json: boolean;
    readonly environment: string | undefined;
    readonly name: string | undefined;
    readonly stdin: boolean;
    readonly overlap: boolean;
    readonly finish: boolean;
    readonly prefer: Side | undefined;
  };
  readonly context: Context;
}
type Action = (call: Call) => Promise<ExitCode>;

/** One line of `secrets list`. */
interface Listed {
  readonly name: string;
  /** Null where only a deploy reads it. */
  readonly fingerprint: string | null;
  readonly generated: boolean;
  /** Address of one that is kept elsewhere. */
  readonly from?: string;
}

/** What several services have alike is one line. */
function elsewhereIn({ elsewhere }: Kept): Listed[] {
  const lines = elsewhere.map(({ name, address }) => JSON.stringify([name, address]));
  return [...new Set(lines)].map((line) => {
    const [name, from] = JSON.parse(line) as [string, string];
    return { name, fingerprint: null, generated: false, from };
  });
}

/** What `conductor secrets` can do, by the word for it. */
export const actions = {
  list: async ({ options, context }) => {
    const kept = await openKept(context, options.environment);
    const { environment, committed, generated, fingerprintKey } = kept;
    const all = Object.entries({ ...committed, ...generated })
      .map(
        ([name, value]): Listed => ({
          name,
          fingerprint: fingerprint(fingerprintKey, name, value),
          generated: name in generated,
        }),
      )
      .concat(elsewhereIn(kept))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const rows = all.map((each) => [
      each.name,
      each.fingerprint ?? '-',
      each.from ?? (each.generated ? 'generated' : ''),
    ]);
    if (options.json) context.output.result(JSON.stringify(all));
    else if (all.length === 0) context.output.say(`${environment} has no secrets yet.`);
    else context.output.result(table(rows).join('\n'));
    return exitCode.done;
  },

  set: async (call) => {
    const name = nameOf(call);
    return change(call, async (secrets) => ({
      ...secrets,
      [name]: await readValue(name, call.context.input),
    }));
  },

  unset: async (call) => {
    const name = nameOf(call);
    const kept = await openKept(call.context, call.options.environment);
    if (name in kept.generated) throw cannotUnset(name, kept);
    if (!(name in kept.committed)) throw kept.unknown(name);
    return change(call, async ({ [name]: _, ...rest }) => rest);
  },

  edit: (call) => {
    const { ask, editor } = call.context;
    // Where nobody sees it, an editor of their own choice may be a script; the usual one would wait for ever.
    if (!ask && !editor && !process.env.VISUAL && !process.env.EDITOR) {
      throw usage('edit needs a terminal, or EDITOR; set and import take values from stdin.');
    }
    return change(call, (secrets) => editSecrets(secrets, editor));
  },

  import: async (call) => {
    const file = needed(call.args[0], 'the .env file to import, or - for stdin');
    const { context } = call;
    return change(call, async (secrets) => {
      const content =
        file === '-'
          ? await text(context.input ?? process.stdin)
          : await readFile(resolve(context.folder, file), 'utf8');
      const { secrets: imported, blank } = parseDotenv(content);
      if (blank.length > 0) context.output.say(`Blank, so not imported: ${blank.join(', ')}`);
      return { ...secrets, ...imported };
    });
  },

  rotate: async (call) => {
    const name = nameOf(call);
    const { finish, overlap, stdin } = call.options;
    const kept = await openKept(call.context, call.options.environment);
    const { environment, signing } = kept;
    const wanted = finish ? previousName(name) : name;
    if (wanted in kept.generated) return rotateGenerated(call, name, kept);
    if (!(wanted in kept.committed)) throw kept.unknown(wanted);
    return change(call, async (secrets) => {
      if (finish) return finishRotation(secrets, name, environment);
      const value = stdin ? await readValue(name, call.context.input) : generateSecret();
      return rotateSecret(secrets, name, value, { overlap: overlap || signing.includes(name), environment });
    });
  },

  recipients: async ({ args: [what, key], options, context }) => {
    const { root, project } = await loadProject(context.folder, await kindsOf(context));
    if (options.environment !== undefined) {
      environmentOf(project, options.environment);
      context.output.say('Who can read is the same for every environment.');
    }
    if (what === 'init') {
      const own = { key: await createIdentity(root), name: options.name ?? process.env.USER ?? '' };
      const recipients = await readRecipients(root);
      // Where nobody can read yet, there is nothing to be re-encrypted; else somebody who can read has to let the new one in.
      if (recipients.length === 0) await writeRecipients(root, [own]);
      else context.output.say('Ask someone who can read the secrets to let you in:');
      context.output.say(`  conductor secrets recipients add ${own.key} --name ${own.name || 'NAME'}`);
      if (await findGit(root)) await installMergeDriver(root);
    } else if (what === 'add' || what === 'remove') {
      await changeRecipients(context, { root, project }, (before) =>
        what === 'add'
          ? added(before, needed(key, 'the public key, age1…'), options.name)
          : removed(before, needed(key, 'the public key, age1…')),
      );
    }
    const recipients = await readRecipients(root);
    if (options.json) context.output.result(JSON.stringify(recipients));
    else if (recipients.length === 0) context.output.say(`${recipientsFile} names nobody yet.`);
    else context.output.result(table(recipients.map(({ key: each, name }) => [each, name])).join('\n'));
    return exitCode.done;
  },

  merge: async ({ args: [first, ours, theirs], options, context }) => {
    // git calls the driver wherever it merges, also while the config itself is in conflict, so only the folder is looked for.
    const root = findRoot(context.folder);
    const identity = await requireIdentity(root);
    const at = (file: string) => resolve(context.folder, file);
    const driver = first !== undefined && ours !== undefined && theirs !== undefined;
    const environment = first ?? options.environment ?? (await environmentName(context));
    const conflicts = driver
      ? await mergeFiles(root, { base: at(first), ours: at(ours), theirs: at(theirs) }, identity)
      : await mergeFromIndex(root, environment, identity, options.prefer);
    if (conflicts.length > 0) {
      throw new ConductorError({
        code: 'secrets.conflict',
        message: `Both sides changed: ${conflicts.join(', ')}. Nothing was written.`,
        hint: `\`conductor secrets merge ${driver ? 'ENVIRONMENT' : environment} --prefer ours\` (or theirs), then git add and commit.`,
      });
    }
    if (driver) return exitCode.done;
    context.output.say(`Merged. Next: git add ${secretsFile(environment)}`);
    if (options.json) context.output.result(JSON.stringify({ environment, merged: true }));
    return exitCode.done;
  },
} satisfies Record<string, Action>;

async function rotateGenerated(call: Call, name: string, kept: Kept): Promise<ExitCode> {
  const { finish, overlap, stdin } = call.options;
  const value = stdin && !finish ? await readValue(name, call.context.input) : undefined;
  const after = finish
    ? await kept.finish(name)
    : await kept.rotate(name, { overlap: overlap || kept.signing.includes(name), value });
  return report(call, kept, { before: kept.generated, after, next: 'The next deploy uses it.' });
}

/** Opens an environment's secrets; from then on nothing that is written shows one of their values. */
async function open(context: Context, environment: string | undefined) {
  const { root, project } = await loadProject(context.folder, await kindsOf(context));
  const name = environment ?? Object.keys(project.environments)[0]!;
  environmentOf(project, name);
  const opened = await openSecrets(root, name, await requireIdentity(root));
  const redactor = createRedactor(opened.document.secrets);
  context.output.protect((said) => redactor.redact(said));
  return { root, opened };
}

async function environmentName(context: Context): Promise<string> {
  const { project } = await loadProject(context.folder, await kindsOf(context));
  return Object.keys(project.environments)[0]!;
}

/** Opens, changes and saves, and says by name what is different now. */
async function change(call: Call, changed: (secrets: Secrets) => Promise<Secrets>): Promise<ExitCode> {
  const { context, options } = call;
  const { root, opened } = await open(context, options.environment);
  const { document } = opened;
  const { environment } = document;
  const before = document.secrets;
  const after = await changed(before);
  const redactor = createRedactor({ ...before, ...after });
  context.output.protect((said) => redactor.redact(said));
  if (differing(before, after).length > 0) {
    await saveSecrets(
      root,
      { ...opened, document: { ...document, secrets: after } },
      await readRecipients(root),
    );
    if (await findGit(root)) await installMergeDriver(root);
  }
  const next = `Commit ${secretsFile(environment)}; the next deploy uses it.`;
  return report(call, document, { before, after, next });
}

interface Change {
  readonly before: Secrets;
  readonly after: Secrets;
  /** What is to be done now. */
  readonly next: string;
}

/** Says by name what is different now. */
function report(
  { options, context }: Call,
  { environment, fingerprintKey }: Pick<Kept, 'environment' | 'fingerprintKey'>,
  { before, after, next }: Change,
): ExitCode {
  const { output } = context;
  const names = differing(before, after);
  if (options.json) output.result(JSON.stringify({ environment, changed: names }));
  for (const name of names) {
    const value = after[name];
    output.say(value === undefined ? `− ${name}` : `✓ ${name}  ${fingerprint(fingerprintKey, name, value)}`);
  }
  output.say(names.length === 0 ? 'Nothing changed.' : next);
  return exitCode.done;
}

const differing = (before: Secrets, after: Secrets): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => before[name] !== after[name])
    .sort();

/**
 * Replaces the list and re-encrypts every environment to it, in the folder and in the ledgers that are shared. All are opened first, so
 * that none is left behind.
 */
async function changeRecipients(
  context: Context,
  { root, project }: LoadedProject,
  changed: (before: readonly Recipient[]) => readonly Recipient[] | Promise<readonly Recipient[]>,
): Promise<void> {
  const recipients = await changed(await readRecipients(root));
  const identity = await requireIdentity(root);
  const names = Object.keys(project.environments);
  const all = await Promise.all(names.map((name) => openSecrets(root, name, identity)));
  for (const opened of all) if (opened.revision !== null) await saveSecrets(root, opened, recipients);
  await writeRecipients(root, recipients);
  for (const [name, { target }] of Object.entries(project.environments)) {
    const kind = (await kindsOf(context)).find((each) => each.kind === target.kind)!;
    const { shared } = await ledgerOf({ root, project }, name, kind);
    if (shared) await reseal(shared.sealed, new Seal(root));
  }
  await tellThoseWhoBackUp(context, project);
  context.output.say('Commit the secrets folder. Who was removed still knows the old values: rotate them.');
}

/** A service goes on making backups for the keys that it was started with: it is to notice, and people are to know. */
async function tellThoseWhoBackUp(
  context: Context,
  { environments }: LoadedProject['project'],
): Promise<void> {
  const { output } = context;
  for (const [environment, { backups }] of Object.entries(environments)) {
    if (backups?.recipients !== 'team') continue;
    const { stateRecipients } = await import('../backups/state-recipients.ts');
    const session = await openSession(context, environment, { look: true });
    await stateRecipients(session, { reporter: { note: (text) => output.say(text) } });
    output.say(
      `Backups of ${environment} are encrypted to the old keys until it is deployed: conductor deploy ${environment}`,
    );
  }
}

async function added(before: readonly Recipient[], key: string, name = ''): Promise<Recipient[]> {
  await assertRecipient(key, 'the argument');
  return [...before.filter((each) => each.key !== key), { key, name }];
}

function removed(before: readonly Recipient[], key: string): Recipient[] {
  const after = before.filter((each) => each.key !== key);
  if (after.length < before.length) return after;
  throw usage(`recipients: ${recipientsFile} does not have that key.`);
}

const nameOf = ({ args: [name] }: Call): string => needed(name, 'the NAME of the secret');

function needed(value: string | undefined, what: string): string {
  if (value !== undefined) return value;
  throw usage(`it needs ${what}.`);
}

const usage = (problem: string): ConductorError => usageOf({ name: 'secrets' }, problem);
