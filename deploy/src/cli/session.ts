import type { OpenOptions, Session } from '../environment/session.ts';
import type { TargetKind } from '../targets/index.ts';
import type { Context } from './command.ts';

/** The kinds of targets of a command: loading all that there are costs more than most of what is said without them. */
export const kindsOf = async ({ kinds }: Pick<Context, 'kinds'>): Promise<readonly TargetKind[]> =>
  kinds ?? (await import('../targets/index.ts')).targetKinds;

/** Opens an environment for a command; from then on nothing that the command writes shows a secret of it. */
export async function open(
  context: Context,
  environment: string | undefined,
  options: Omit<
    OpenOptions,
    'from' | 'kinds' | 'lockTerms' | 'verifyWithin' | 'environment' | 'say' | 'interrupt'
  > = {},
): Promise<Session> {
  const { folder, lockTerms, verifyWithin, output, interrupt } = context;
  const { openSession } = await import('../environment/session.ts');
  const session = await openSession({
    from: folder,
    ...(environment !== undefined && { environment }),
    ...options,
    kinds: await kindsOf(context),
    say: (text) => output.say(text),
    interrupt,
    ...(lockTerms && { lockTerms }),
    ...(verifyWithin !== undefined && { verifyWithin }),
  });
  output.protect(session.redactor.redact);
  return session;
}
