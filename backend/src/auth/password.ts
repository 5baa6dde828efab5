import { hash, verify } from '@node-rs/argon2';
import { z } from 'zod';

/** Passwords: at least ten characters. Long ones are fine, endless ones are not. */
export const passwordSchema = z.string().min(10).max(200).meta({ format: 'password' });

/** OWASP's parameters for argon2id: 19 MiB, two passes. */
const options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFKC'), options);
}

let nobody: Promise<string> | undefined;

/** Whether the password is right. Without a hash it takes as long as with one, so that it does not tell who exists. */
export async function isPassword(
  password: string,
  passwordHash: string | null | undefined,
): Promise<boolean> {
  nobody ??= hashPassword('nobody has this password');
  const right = await verify(passwordHash ?? (await nobody), password.normalize('NFKC'));
  return right && passwordHash != null;
}
