import type { Deployable } from '../environment/capsule.ts';
import { bringCommit } from '../environment/git.ts';
import { restore } from '../environment/release-record.ts';
import type { Session } from '../environment/session.ts';
import { ConductorError } from '../errors.ts';
import { type History, releaseOf } from '../ledger/history.ts';
import type { ReleaseRecord } from '../ledger/record.ts';

/**
 * A release of before with its settings and secrets, and its code in this clone: another machine of the team may have deployed it from a
 * commit that was never here.
 * @throws {ConductorError} (exit 3) saying which secrets cannot be had here.
 */
export async function fetchRelease(
  { root, project, name, ledger, capsules }: Session,
  record: ReleaseRecord,
): Promise<Deployable> {
  if (ledger.shared && record.commit) await bringCommit(root, project.checks.remote, record.commit);
  return restore(record, name, capsules);
}

/**
 * A gate before anything changes: the releases that an attempt may have to bring back can be, from this machine, with their settings and
 * secrets. A version that the ledger does not know (deployed by hand) has no way back to be found.
 * @throws {ConductorError} (exit 3) saying which secrets cannot be opened here, and what to do.
 */
export async function assertWayBack(
  session: Session,
  history: History,
  versions: readonly (string | null)[],
): Promise<void> {
  for (const version of new Set(versions)) {
    const record = version === null ? undefined : releaseOf(history, version);
    if (!record) continue;
    try {
      await fetchRelease(session, record);
    } catch (cause) {
      if (!(cause instanceof ConductorError)) throw cause;
      throw new ConductorError({
        code: 'release.no-way-back',
        message: `This machine could not bring ${record.version} back, so nothing was changed. ${cause.message}`,
        hint: cause.hint,
        exit: cause.exit,
        cause,
      });
    }
  }
}
