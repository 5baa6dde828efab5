import { wayOut } from 'conductor-backup/closest';
import { ConductorError, exitCode } from '../errors.ts';

/** The error for a name that no environment has. */
export const unknownEnvironment = (name: string, known: readonly string[]): ConductorError =>
  new ConductorError({
    code: 'config.unknown-environment',
    message: `There is no environment "${name}".`,
    hint: `It is named in the config; ${wayOut(name, known)}`,
    exit: exitCode.usage,
  });
