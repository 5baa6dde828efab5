import { forCommands } from '../../model/clean-environment.ts';
import { commandLine } from '../../targets/shell-words.ts';
import type { Reading } from './elsewhere.ts';
import { NotRead } from './not-read.ts';
import { NotThere, type Said, saying } from './program.ts';

/** What a program of the person's own choice says. What it says about a failure is not shown: it may have the secret in it. */
export async function readCommand(
  { words }: { readonly words: readonly string[] },
  { address, root, env, pass, signal }: Reading,
): Promise<string> {
  const line = commandLine(words);
  let said: Said;
  try {
    said = await saying(words, { cwd: root, also: [...forCommands, ...pass], env, signal });
  } catch (error) {
    if (!(error instanceof NotThere)) throw error;
    throw new NotRead(
      address,
      'tool-missing',
      `the program ${words[0]} is not on this machine`,
      `Install it, or give its path. What it is to do: ${line}`,
    );
  }
  if (said.code === 0) return said.stdout;
  throw new NotRead(
    address,
    'not-read',
    `the program ended with ${said.code ?? 'a signal'}`,
    `Run it in the project's folder and see what it says: ${line}. Variables of this machine that it needs are named in commands.pass.`,
  );
}
