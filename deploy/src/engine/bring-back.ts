import type { Session } from '../environment/session.ts';
import { releaseOf } from '../ledger/history.ts';
import type { HeldLock } from '../ledger/lock.ts';
import type { Observed } from '../model/observed.ts';
import type { Progress } from '../targets/target.ts';
import { prove } from './prove.ts';
import { Rollout } from './rollout.ts';
import { fetchRelease } from './way-back.ts';
import { assertNotLost } from './with-lock.ts';

/**
 * Makes the target run a release of before again, and sees it through the public address. Returns how the place was then.
 * @throws {Error} when that did not work, or the lock is someone else's by now; what is live is then unknown.
 */
export async function bringBack(
  session: Session,
  version: string,
  lock: HeldLock,
  tell: (progress: Progress) => void,
): Promise<Observed> {
  const { target, ledger } = session;
  const record = releaseOf(await ledger.history(), version);
  if (!record) throw new Error(`the ledger does not know ${version}`);
  const before = await fetchRelease(session, record);
  await assertNotLost(lock);
  const rollout = new Rollout(target, before.release, before.services, { proven: true }, tell);
  await rollout.toGate();
  try {
    await assertNotLost(lock);
  } catch (error) {
    rollout.leave();
    throw error;
  }
  await rollout.toEnd();
  return (await prove(session, version, before.services)).observed;
}
