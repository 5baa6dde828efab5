import { type OpenOptions, openSession, type Session } from '../environment/session.ts';
import { createRedactor } from '../secrets/redactor.ts';
import type { Context } from './command.ts';

/** Opens an environment for a command; from then on nothing that the command writes shows a secret of it. */
export async function open(
  { folder, kinds, output }: Context,
  options: Omit<OpenOptions, 'from' | 'kinds'>,
): Promise<Session> {
  const session = await openSession({ from: folder, ...options, kinds });
  const redactor = createRedactor(session.secretValues);
  output.protect((text) => redactor.redact(text));
  return session;
}
