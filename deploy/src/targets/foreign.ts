import { ConductorError, exitCode } from '../errors.ts';
import type { Foreign } from '../model/observed.ts';

/** The refusal to touch what somebody else has made, with the command that takes it over. Exit 3: nothing was changed. */
export function notOurs(environment: string, foreign: readonly Foreign[]): ConductorError {
  const adopting = foreign.map(({ name }) => `--adopt ${name}`).join(' ');
  return new ConductorError({
    code: 'adopt.not-ours',
    message: foreign
      .map(
        ({ what, name, detail }) =>
          `The ${what} ${name} was not made by Conductor for this environment: ${detail}.`,
      )
      .join('\n'),
    hint: `To take it over, with what others have set in it: conductor deploy ${environment} ${adopting}. To keep out of it, rename it there, or ours in the config. Nothing was changed.`,
    exit: exitCode.checksFailed,
  });
}
