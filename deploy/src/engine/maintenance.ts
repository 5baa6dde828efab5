import type { Reporter } from '../environment/reporter.ts';
import type { Session } from '../environment/session.ts';
import { ConductorError, exitCode } from '../errors.ts';
import type { History } from '../ledger/history.ts';
import type { Origin } from '../ledger/record.ts';
import type { MaintenanceNotice } from '../model/maintenance.ts';
import type { Observed } from '../model/observed.ts';
import type { Maintenance } from '../targets/target.ts';
import { type LockOptions, withLock } from './with-lock.ts';

/** Visitors are kept out: since when, by whom and with which words, as far as is known. */
export interface MaintenanceState {
  readonly since: string | null;
  /** Null: by nobody that the ledger knows, as by hand on a platform. */
  readonly by: Origin | null;
  readonly message: string | null;
  /** Address of the page that a platform shows; null: its own. */
  readonly page: string | null;
}

/** What lets Conductor's own requests through while visitors are kept out. */
export const passOf = async ({
  target,
}: Pick<Session, 'target'>): Promise<Readonly<Record<string, string>>> =>
  (await target.maintenance?.pass?.()) ?? {};

/** What the place says, explained by the ledger; null: visitors are served. */
export function maintenanceOf(
  { maintenance }: Pick<Observed, 'maintenance'>,
  history: Pick<History, 'maintenance'>,
): MaintenanceState | null {
  if (!maintenance) return null;
  const known = history.maintenance;
  return {
    since: maintenance.since ?? known?.at ?? null,
    by: known?.by ?? null,
    message: maintenance.message ?? null,
    page: maintenance.page ?? null,
  };
}

/**
 * Whether visitors are kept out.
 * @throws {ConductorError} `maintenance.not-here` (exit 2).
 */
export async function readMaintenance(session: Session): Promise<MaintenanceState | null> {
  const [maintenance, history] = await Promise.all([ofPlace(session).read(), session.ledger.history()]);
  return maintenanceOf({ maintenance }, history);
}

/**
 * Keeps visitors out, or lets them in again (null), and writes down who did.
 * @throws {ConductorError} `maintenance.not-here` (exit 2); `maintenance.no-message` and `maintenance.no-page` (exit 2) for what this place
 * cannot show; what {@link withLock} throws.
 */
export async function setMaintenance(
  session: Session,
  notice: MaintenanceNotice | null,
  lock: Omit<LockOptions, 'reason'>,
): Promise<void> {
  const place = ofPlace(session);
  assertShown(session, place, notice);
  const on = notice !== null;
  const { message } = notice ?? {};
  await withLock(session, { ...lock, reason: `maintenance ${on ? 'on' : 'off'}` }, async (held) => {
    await place.set(notice);
    const at = new Date().toISOString();
    await session.ledger.append(
      { type: 'maintenance', at, by: session.by, on, ...(message !== undefined && { message }) },
      held,
    );
  });
}

/**
 * Before anything changes: says that visitors are kept out and stay so; where nobody at all is let through, a release could not be seen to
 * be live.
 * @throws {ConductorError} `maintenance.on` (exit 3).
 */
export function mindMaintenance(
  { target, name: environment }: Session,
  { maintenance }: Pick<Observed, 'maintenance'>,
  reporter: Pick<Reporter, 'note'>,
): void {
  if (!maintenance) return;
  if (target.maintenance?.pass) {
    reporter.note(stillOn(environment));
    return;
  }
  throw new ConductorError({
    code: 'maintenance.on',
    message: `Visitors of ${environment} are kept out (maintenance), and ${target.name} lets nobody through, so a release could not be seen to be live; nothing was changed.`,
    hint: `Let them in first: conductor maintenance off ${environment}`,
    exit: exitCode.checksFailed,
  });
}

/**
 * The same for a deploy that was killed, whose place was not looked at yet.
 * @throws {ConductorError} `maintenance.on` (exit 3).
 */
export async function mindMaintenanceNow(session: Session, reporter: Pick<Reporter, 'note'>): Promise<void> {
  const { maintenance } = session.target;
  if (maintenance) mindMaintenance(session, { maintenance: await maintenance.read() }, reporter);
}

/** What a person is told who changes what visitors do not see. */
export const stillOn = (environment: string): string =>
  `Visitors of ${environment} are kept out (maintenance), and stay so. Let them in: conductor maintenance off ${environment}`;

function ofPlace({ target, name: environment }: Session): Maintenance {
  if (target.maintenance) return target.maintenance;
  throw new ConductorError({
    code: 'maintenance.not-here',
    message: `${target.name} is a place where Conductor cannot keep visitors out.`,
    hint: target.byHand?.maintenance ?? `See how it is: conductor status ${environment}`,
    exit: exitCode.usage,
  });
}

function assertShown(
  { target, name: environment }: Session,
  { says }: Maintenance,
  notice: MaintenanceNotice | null,
): void {
  if (says === 'page' && notice?.message !== undefined) {
    throw new ConductorError({
      code: 'maintenance.no-message',
      message: `${target.name} shows a page and no message of yours.`,
      hint: `Leave --message out, or give the address of a page of yours: conductor maintenance on ${environment} --page https://example.com/maintenance`,
      exit: exitCode.usage,
    });
  }
  if (says === 'message' && notice?.page !== undefined) {
    throw new ConductorError({
      code: 'maintenance.no-page',
      message: `${target.name} shows a page of Conductor's, with your message, and none from elsewhere.`,
      hint: `Say it in words: conductor maintenance on ${environment} --message "Back at 10:00"`,
      exit: exitCode.usage,
    });
  }
}
