import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * Folder of the schemas as the platforms publish them, which are not part of the repository: `CONDUCTOR_CONTRACTS`, or a folder
 * beside the repository. Only the writing of the contracts and the test that tells when they have drifted ask for it.
 */
export const published: string =
  process.env.CONDUCTOR_CONTRACTS ?? path.resolve(import.meta.dirname, '../../../../../shared/contracts');

/** Why the published schemas cannot be read here; null when they can. */
export const missing: string | null = existsSync(published)
  ? null
  : `the schemas as the platforms publish them are not at ${published} (CONDUCTOR_CONTRACTS names another folder)`;
