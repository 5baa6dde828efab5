import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { z } from 'zod';
import { ConductorError, exitCode } from '../errors.ts';
import { textIfThere } from '../text/if-there.ts';

/**
 * Appends one line and returns only when it is on the disk. The line is written in one call, so a kill leaves a line, none of
 * it, or (a full disk, a power cut) a part without its newline, which {@link readLines} recognises.
 */
export async function appendLine(file: string, value: unknown): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'a+', 0o600);
  try {
    await dropTornLine(handle);
    const { size } = await handle.stat();
    try {
      await handle.appendFile(`${JSON.stringify(value)}\n`);
      await handle.sync();
    } catch (error) {
      // Not acknowledged, so not there either.
      await handle.truncate(size);
      throw error;
    }
  } finally {
    await handle.close();
  }
}

/** Removes the part of a line that a kill left at the end, so that the next line begins at its beginning. */
async function dropTornLine(handle: FileHandle): Promise<void> {
  const { size } = await handle.stat();
  if (size === 0) return;
  const last = Buffer.alloc(1);
  await handle.read(last, 0, 1, size - 1);
  if (last[0] === newline) return;
  const { buffer } = await handle.read(Buffer.alloc(size), 0, size, 0);
  await handle.truncate(buffer.lastIndexOf(newline) + 1);
}

const newline = 0x0a;

/**
 * Reads every line. A missing file has none. The part of a line that a kill left at the end was never acknowledged and counts as
 * not written; anything else that does not fit is corruption, never an empty file.
 * @throws {ConductorError} `ledger.corrupted` (exit 7).
 */
export async function readLines<T>(file: string, schema: z.ZodType<T>): Promise<T[]> {
  const text = await textIfThere(file);
  if (text === undefined) return [];
  return parseLines(text, file, schema);
}

/**
 * Reads every whole line of a text; `file` names it in errors.
 * @throws {ConductorError} `ledger.corrupted` (exit 7).
 */
export function parseLines<T>(text: string, file: string, schema: z.ZodType<T>): T[] {
  const lines = text.split('\n');
  lines.pop();
  return lines.map((line, i) => {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (cause) {
      throw corrupted(file, i + 1, 'it is not JSON', cause);
    }
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0]!;
    throw corrupted(file, i + 1, `${issue.path.join('.') || 'it'}: ${issue.message}`, parsed.error);
  });
}

function corrupted(file: string, line: number, why: string, cause: unknown): ConductorError {
  return new ConductorError({
    code: 'ledger.corrupted',
    message: `${file} is not what was written there: line ${line}: ${why}. It was left as it is.`,
    hint: 'Bring back a good copy, or fix that line by hand. What runs now is not touched; only changing it has to wait.',
    exit: exitCode.unknown,
    cause,
  });
}
