import { spawn } from 'node:child_process';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isMap, parseDocument, stringify } from 'yaml';
import { ConductorError, exitCode } from '../errors.ts';
import { cleanEnvironment, forEditor } from '../model/clean-environment.ts';
import type { Secrets } from './document.ts';
import { assertNames } from './dotenv.ts';

/** Opens a file for editing and settles when the person is done. */
export type OpenEditor = (file: string) => Promise<void>;

const heading = `# One NAME: value a line; several lines with NAME: |-
# Saved encrypted when you close the editor. Delete a line to unset it.
`;

/**
 * Lets a person edit all secrets as YAML in their editor. The plain text lies in a private folder, in memory where the system
 * has such a place, and is removed whatever happens. Throws `secrets.bad-edit`, with nothing changed, for text that is not
 * a list of names and values.
 */
export async function editSecrets(secrets: Secrets, open: OpenEditor = openEditor): Promise<Secrets> {
  const folder = await mkdtemp(path.join(await privateFolder(), 'conductor-secrets-'));
  const file = path.join(folder, 'secrets.yaml');
  try {
    const body =
      Object.keys(secrets).length === 0
        ? ''
        : stringify(secrets, { lineWidth: 0, defaultStringType: 'PLAIN', schema: 'failsafe' });
    await writeFile(file, heading + body, { mode: 0o600 });
    await open(file);
    return parseEdited(await readFile(file, 'utf8'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Reads what a person wrote in the editor. Errors give the line and never the text, which is secret. */
export function parseEdited(text: string): Secrets {
  // In YAML's failsafe schema every scalar is a string, so `0123` and `yes` stay what they are.
  const document = parseDocument(text, { schema: 'failsafe', prettyErrors: false });
  const mistake = document.errors[0];
  if (mistake) {
    const line = text.slice(0, mistake.pos[0]).split('\n').length;
    throw badEdit(`line ${line} cannot be read (${mistake.code})`);
  }
  if (document.contents === null) return {};
  if (!isMap(document.contents)) throw badEdit('it must be lines of NAME: value');
  const entries = Object.entries(document.toJS() as Record<string, unknown>);
  assertNames(entries.map(([name]) => name));
  const nested = entries.find(([, value]) => typeof value !== 'string');
  if (nested) throw badEdit(`${nested[0]} is not a single value; quote it`);
  return Object.fromEntries(entries) as Secrets;
}

function badEdit(why: string): ConductorError {
  return new ConductorError({
    code: 'secrets.bad-edit',
    message: `The edited secrets were not saved: ${why}.`,
    hint: 'Run the command again; nothing was changed.',
    exit: exitCode.usage,
  });
}

/** Runs VISUAL or EDITOR. The name may carry arguments (`code --wait`); it is split on blanks, and no shell is involved. */
async function openEditor(file: string): Promise<void> {
  const [command, ...args] = (process.env.VISUAL || process.env.EDITOR || 'vi').trim().split(/\s+/);
  const child = spawn(command!, [...args, file], { stdio: 'inherit', env: cleanEnvironment(forEditor) });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  }).catch((cause: unknown) => {
    throw new ConductorError({
      code: 'secrets.no-editor',
      message: `The editor ${command} could not be started.`,
      hint: 'Set EDITOR to the editor you use.',
      exit: exitCode.usage,
      cause,
    });
  });
  if (code !== 0) throw badEdit(`the editor ended with ${code ?? 'a signal'}`);
}

async function privateFolder(): Promise<string> {
  const memory = '/dev/shm';
  return access(memory).then(
    () => memory,
    () => tmpdir(),
  );
}
