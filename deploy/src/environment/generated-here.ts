import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ConductorError, exitCode } from '../errors.ts';
import { EnvironmentLock } from '../ledger/environment-lock.ts';
import { FileLock } from '../ledger/file-lock.ts';
import { isHeld } from '../ledger/ledger.ts';
import type { HeldLock } from '../ledger/lock.ts';
import { lockTerms } from '../ledger/lock-terms.ts';
import { parseDocument, type SecretsDocument, serializeDocument } from '../secrets/document.ts';
import { writePrivateFile } from '../secrets/private-file.ts';
import { textIfThere } from '../text/if-there.ts';
import type { GeneratedPlace } from './generated-secrets.ts';
import { origin } from './origin.ts';

/** Milliseconds between two tries for the file that another command is writing. */
const pause = 15;

/** Generated secrets in a file of this machine (0600), with a lock beside it: commands at the same time wait for one another. */
export function generatedHere(file: string, environment: string): GeneratedPlace {
  const lock = new EnvironmentLock(new FileLock(join(dirname(file), 'secrets.lock'), environment), lockTerms);
  return {
    read: () => readDocument(file),
    async update(change) {
      const held = await taken(lock);
      try {
        const document = change(await readDocument(file));
        await writePrivateFile(file, serializeDocument(document));
        return document;
      } finally {
        await held.release();
      }
    },
  };
}

async function taken(lock: EnvironmentLock): Promise<HeldLock> {
  for (;;) {
    const found = await lock.acquire({ by: origin(), reason: 'secrets' });
    if (isHeld(found)) return found;
    await delay(pause * (0.5 + Math.random()));
  }
}

/** @throws {ConductorError} `secrets.corrupted` (exit 2): what cannot be read is never taken for nothing. */
async function readDocument(file: string): Promise<SecretsDocument | undefined> {
  const text = await textIfThere(file);
  if (text === undefined) return undefined;
  try {
    return parseDocument(text);
  } catch (cause) {
    throw new ConductorError({
      code: 'secrets.corrupted',
      message: `${file} is not what was written there: ${(cause as Error).message}. It was left as it is.`,
      hint: 'Bring back a good copy. Without one, remove it: new values are made, and what the old ones protected is lost.',
      exit: exitCode.usage,
    });
  }
}
