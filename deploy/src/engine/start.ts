import type { Session } from '../environment/session.ts';
import { ConductorError, exitCode } from '../errors.ts';
import { releaseOf } from '../ledger/history.ts';
import type { Service } from '../model/service.ts';
import type { Started } from '../targets/target.ts';
import { passOf } from './maintenance.ts';
import { publicRoutes } from './routes.ts';
import { verify } from './verify.ts';
import { type LockOptions, withLock } from './with-lock.ts';

/** Seconds until what is healthy where it runs must have been seen from outside. */
const patience = 10;

/** What `start` has come to, and where it is reached. */
export interface StartOutcome extends Started {
  readonly urls: Readonly<Record<string, string>>;
  /** A deploy that was killed before waits to be ended. */
  readonly interrupted: boolean;
}

/**
 * Has what was live serve again, and sees it through its public address. No deploy: nothing is built, no check is asked, and the history
 * gets no release.
 * @throws {ConductorError} `start.not-here` (exit 2) where the target has no such thing; what `Target.start` and {@link withLock} throw;
 * `verify.not-seen` (exit 7) when it runs and does not answer.
 */
export async function start(session: Session, options: Omit<LockOptions, 'reason'>): Promise<StartOutcome> {
  const { target, ledger, by, journals } = session;
  if (!target.start) {
    throw new ConductorError({
      code: 'start.not-here',
      message: `${target.name} keeps its services running by itself; there is nothing to start.`,
      hint: `See how they are: conductor status ${session.name}`,
      exit: exitCode.usage,
    });
  }
  return withLock(session, { ...options, reason: 'start' }, async (lock) => {
    const history = await ledger.history();
    const started = await target.start!(options.interrupt);
    const { urls } = await target.inspect();
    await seen(session, started.version, releaseOf(history, started.version)?.services ?? [], urls);
    if (started.began || history.stopped)
      await ledger.append({ type: 'restarted', at: new Date().toISOString(), by }, lock);
    return { ...started, urls, interrupted: (await journals.interrupted(history)) !== undefined };
  });
}

async function seen(
  session: Session,
  version: string,
  services: readonly Pick<Service, 'name' | 'paths' | 'health'>[],
  urls: Readonly<Record<string, string>>,
): Promise<void> {
  try {
    await verify(publicRoutes(services, urls), version, { deadline: patience, pass: await passOf(session) });
  } catch (error) {
    if (!(error instanceof ConductorError)) throw error;
    const { code, message } = error;
    throw new ConductorError({
      code,
      message,
      hint: `See how it is: conductor status ${session.name}`,
      exit: exitCode.unknown,
      cause: error,
    });
  }
}
