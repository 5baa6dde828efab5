import { text } from 'node:stream/consumers';
import type { ReadStream } from 'node:tty';
import { ConductorError, exitCode } from '../errors.ts';

/**
 * Reads one secret value: from a pipe everything up to its end, less one line end; from a terminal one line that is not
 * shown. Values are taken from nowhere else, since every user of a machine can read the arguments of its processes.
 * Throws `secrets.blank-value` for nothing but blanks, and `secrets.interrupted` for Ctrl-C.
 */
export async function readValue(
  name: string,
  input: NodeJS.ReadableStream & Partial<Pick<ReadStream, 'isTTY' | 'setRawMode'>> = process.stdin,
  prompt: NodeJS.WritableStream = process.stderr,
): Promise<string> {
  const value = input.isTTY
    ? await readHiddenLine(name, input as ReadStream, prompt)
    : (await text(input)).replace(/\r?\n$/, '');
  if (value.trim() !== '') return value;
  throw new ConductorError({
    code: 'secrets.blank-value',
    message: `No value for ${name} came in.`,
    hint: 'Pipe it in (`printf %s "$VALUE" | …`), or type it in a terminal. To have none, unset it.',
    exit: exitCode.usage,
  });
}

async function readHiddenLine(
  name: string,
  input: ReadStream,
  prompt: NodeJS.WritableStream,
): Promise<string> {
  prompt.write(`${name} (not shown): `);
  input.setRawMode(true);
  input.setEncoding('utf8');
  try {
    let value = '';
    for await (const chunk of input) {
      for (const key of chunk as string) {
        if (key === '\r' || key === '\n' || key === '\u0004') return value;
        if (key === '\u0003') throw interrupted();
        value = key === '\u007f' || key === '\b' ? value.slice(0, -1) : value + key;
      }
    }
    return value;
  } finally {
    input.setRawMode(false);
    prompt.write('\n');
  }
}

const interrupted = (): ConductorError =>
  new ConductorError({
    code: 'secrets.interrupted',
    message: 'Interrupted; nothing was changed.',
    exit: exitCode.interrupted,
  });
