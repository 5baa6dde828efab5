import { readFileSync, statSync } from 'node:fs';

/** The one user of a server, who may do everything. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** The file with the credentials cannot be used. Never says what is in it. */
export class CredentialsError extends Error {
  readonly code = 'CREDENTIALS_UNUSABLE';
  readonly hint: string;
  constructor(message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'CredentialsError';
    this.hint = hint;
  }
}

/** Printable ASCII is the same after SASLprep, by which clients prepare passwords. */
const form = /^([!-9;-~]+):([!-~]+)\n?$/;

/** Reads `user:password` from a file that only its owner may read. Errors: CredentialsError. */
export const readCredentials = (file: string): Credentials => {
  let text: string;
  try {
    // Windows has no such rights to look at.
    if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0)
      throw new CredentialsError(
        `others than its owner may read or write ${file}`,
        `take the rights away: chmod 600 ${file}`,
      );
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof CredentialsError) throw cause;
    throw new CredentialsError(
      `cannot read the credentials: ${(cause as Error).message}`,
      'give --credentials a file that holds user:password',
      cause,
    );
  }
  const [, username, password] = form.exec(text) ?? [];
  if (username === undefined || password === undefined)
    throw new CredentialsError(
      `${file} does not hold one line user:password`,
      'both are of printable ASCII characters without spaces, and the user is without a colon',
    );
  return { username, password };
};
