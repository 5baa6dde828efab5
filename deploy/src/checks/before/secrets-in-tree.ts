import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Check, cannotTell, failure, good, listed } from '../check.ts';
import { shippedFiles } from '../git.ts';
import { createScanner, type Leak, leakLine } from '../scanner.ts';

/** Larger files are data, and a secret was never found in one without being found elsewhere too. */
const largestFile = 2_000_000;

export const secretsInTree: Check = {
  id: 'secrets-in-tree',
  title: 'No secret in the tree',
  section: 'Security',
  about:
    "Scans every file that would ship with secretlint's recommended rules, and for the environment's own secret values in any encoding. A find is a failure; `secretsAllowedIn` names files with test data, in which the environment's own values are found all the same, a `secretlint-disable` comment single lines.",
  applies: ({ git }) => (git ? true : 'the project is not under git, so what would ship is not known'),
  async run({ root, git, policy, secrets, environment }, signal) {
    const own = await secrets().catch((error: Error) => error);
    const scan = await createScanner(own instanceof Error ? {} : own, policy.secretsAllowedIn);
    const leaks: Leak[] = [];
    const skipped: string[] = [];
    for (const file of await shippedFiles(git!)) {
      signal.throwIfAborted();
      if (file.startsWith('secrets/') && file.endsWith('.age')) continue;
      const content = await readText(path.join(root, file));
      if (content === 'large') skipped.push(file);
      else if (content !== null) leaks.push(...(await scan(file, content)));
    }
    if (leaks.length > 0) {
      return failure(
        listed(leaks.map(leakLine)),
        `Revoke what was real and replace it, keep the new value with \`conductor secrets set ${environment} NAME\`, and read it from the environment.`,
      );
    }
    if (own instanceof Error) {
      return cannotTell(
        `known token formats were looked for, the environment's own values could not be (${own.message})`,
        `Make the secrets readable: conductor secrets list ${environment}`,
      );
    }
    return good(skipped.length > 0 ? `not scanned, over 2 MB: ${skipped.join(', ')}` : undefined);
  },
};

/** Text of a file; null where it is binary, a link to nowhere or a submodule. */
async function readText(file: string): Promise<string | 'large' | null> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EISDIR') return null;
    throw error;
  }
  if (bytes.subarray(0, 8_000).includes(0)) return null;
  return bytes.length > largestFile ? 'large' : bytes.toString('utf8');
}
