import { forOnePassword } from '../../model/clean-environment.ts';
import type { Reading } from './elsewhere.ts';
import { askTool, type Tool } from './tool.ts';

/** https://developer.1password.com/docs/cli/reference/commands/read */
const op: Tool = {
  program: 'op',
  from: 'https://developer.1password.com/docs/cli/get-started',
  refusals:
    /not (?:currently )?signed in|no accounts? (?:configured|found)|unauthori[sz]ed|authentication|session expired|invalid (?:service account )?token|not allowed|forbidden|\b40[13]\b/i,
  letIn: 'Sign in (op signin), or give OP_SERVICE_ACCOUNT_TOKEN of an account that may read it.',
};

export const readOnePassword = (
  { reference }: { readonly reference: string },
  { address, root, env, signal }: Reading,
): Promise<string> =>
  askTool(op, ['read', '--no-newline', reference], address, {
    cwd: root,
    also: forOnePassword,
    env,
    signal,
  });
