import { restore } from '../environment/release-record.ts';
import type { Session } from '../environment/session.ts';
import { ConductorError } from '../errors.ts';
import { type History, releaseOf } from '../ledger/history.ts';

/**
 * A gate before anything changes: the releases that an attempt may have to bring back can be, from this machine, with their settings and
 * secrets. A version that the ledger does not know (deployed by hand) has no way back to be found.
 * @throws {ConductorError} (exit 3) saying which secrets cannot be opened here, and what to do.
 */
export async function assertWayBack(
  { capsules, name }: Session,
  history: History,
  versions: readonly (string | null)[],
): Promise<void> {
  for (const version of new Set(versions)) {
    const record = version === null ? undefined : releaseOf(history, version);
    if (!record) continue;
    try {
      await restore(record, name, capsules);
    } catch (cause) {
      if (!(cause instanceof ConductorError)) throw cause;
      throw new ConductorError({
        code: 'release.no-way-back',
        message: `There is no way to ${record.version} from here, so nothing was changed. ${cause.message}`,
        hint: cause.hint,
        exit: cause.exit,
        cause,
      });
    }
  }
}
