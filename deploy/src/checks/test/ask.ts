import type { Answer, Check } from '../check.ts';
import type { CheckContext } from '../context.ts';

/** Asks one check as the runner does: its answer, or why it does not apply. */
export async function ask(check: Check, context: CheckContext): Promise<Answer | string> {
  const applies = check.applies(context);
  return applies === true ? check.run(context, AbortSignal.timeout(30_000)) : applies;
}
