import { type OpenOptions, openSession, type Session } from '../environment/session.ts';
import type { Context } from './command.ts';

/** Opens an environment for a command; from then on nothing that the command writes shows a secret of it. */
export async function open(
  { folder, kinds, lockTerms, verifyWithin, output }: Context,
  environment: string | undefined,
  options: Omit<OpenOptions, 'from' | 'kinds' | 'lockTerms' | 'verifyWithin' | 'environment'> = {},
): Promise<Session> {
  const session = await openSession({
    from: folder,
    ...(environment !== undefined && { environment }),
    ...options,
    kinds,
    ...(lockTerms && { lockTerms }),
    ...(verifyWithin !== undefined && { verifyWithin }),
  });
  output.protect(session.redactor.redact);
  return session;
}
