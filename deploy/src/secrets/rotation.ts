import { randomBytes } from 'node:crypto';
import { ConductorError, exitCode } from '../errors.ts';
import type { Secrets } from './document.ts';

/** Name under which the old value stays accepted while a rotation overlaps. */
export const previousName = (name: string): string => `${name}_PREVIOUS`;

/** Random bytes in characters that need no quoting anywhere; 48 of them are 64. */
export const generateSecret = (bytes = 48): string => randomBytes(bytes).toString('base64url');

/**
 * Gives `name` a new value. With `overlap` the old one moves to `<NAME>_PREVIOUS`, so that what was signed or issued with it
 * stays valid until {@link finishRotation}. Throws when there is no value to rotate, or when an overlap is still open:
 * a second rotation would silently end the first.
 */
export function rotateSecret(
  secrets: Secrets,
  name: string,
  value: string,
  { overlap, environment }: { readonly overlap: boolean; readonly environment: string },
): Secrets {
  const old = secrets[name];
  if (old === undefined) throw notThere(name, environment);
  if (value === old) {
    throw new ConductorError({
      code: 'secrets.not-rotated',
      message: `The new value of ${name} is the one that it already has.`,
      exit: exitCode.usage,
    });
  }
  if (!overlap) return { ...secrets, [name]: value };
  if (secrets[previousName(name)] !== undefined) {
    throw new ConductorError({
      code: 'secrets.rotation-open',
      message: `${name} is being rotated already: ${previousName(name)} still holds the value before.`,
      hint: `Deploy, wait until nothing uses the old value, then: conductor secrets rotate ${environment} ${name} --finish`,
      exit: exitCode.usage,
    });
  }
  return { ...secrets, [name]: value, [previousName(name)]: old };
}

/** Ends an overlap: the old value is no longer accepted from the next deploy on. */
export function finishRotation(secrets: Secrets, name: string, environment: string): Secrets {
  const { [previousName(name)]: old, ...rest } = secrets;
  if (old === undefined) throw notThere(previousName(name), environment);
  return rest;
}

/** The error for a name that the environment does not have. */
export function notThere(name: string, environment: string): ConductorError {
  return new ConductorError({
    code: 'secrets.unknown-name',
    message: `There is no secret called ${name}.`,
    hint: `What there is: conductor secrets list ${environment}`,
    exit: exitCode.usage,
  });
}
