import type { Deployable } from '../environment/capsule.ts';
import { type Source, sourceOf } from '../environment/git.ts';
import type { Session } from '../environment/session.ts';
import { ConductorError, exitCode } from '../errors.ts';
import { type History, releaseOf } from '../ledger/history.ts';
import type { Observed } from '../model/observed.ts';
import { type Difference, isDestructive, type Plan, planOf } from '../plan/plan.ts';
import { notOurs } from '../targets/foreign.ts';

/** A plan with what it was computed from. */
export interface Planned {
  readonly plan: Plan;
  readonly observed: Observed;
  readonly history: History;
  readonly source: Source;
}

interface Planning {
  /** The history as it was just read; left out, it is read. */
  readonly known?: History;
  /** Names of what may be taken over where it is somebody else's. */
  readonly adopt?: ReadonlySet<string>;
  /** Stores become the version that the settings name. */
  readonly upgradeStores?: boolean;
}

/**
 * Observes the place and plans what a deploy of the project as it is now would do.
 * @throws {ConductorError} `adopt.unknown` (exit 2) for a name to adopt that nothing has.
 */
export async function planDeploy(session: Session, planning: Planning = {}): Promise<Planned> {
  const source = await sourceOf(session.root);
  const { services, stores, lacking } = session.desired;
  const planned = await planFor(session, { services, stores, ...source }, planning);
  assertAdoptable(session, planned.observed, planning.adopt);
  // What has no value yet is not what somebody wants taken away.
  const removed = ({ what, action, name, service }: Difference) =>
    what !== 'variable' ||
    action !== 'remove' ||
    !lacking.some((each) => each.service === service && each.name === name);
  return {
    ...planned,
    source,
    plan: { ...planned.plan, differences: planned.plan.differences.filter(removed) },
  };
}

/** The same for a release of before. */
export const planRollback = (session: Session, { release, services }: Deployable, planning: Planning) =>
  planFor(
    session,
    { services, stores: release.stores, commit: release.commit, dirty: release.dirty },
    planning,
  );

async function planFor(
  session: Session,
  wanted: Pick<Parameters<typeof planOf>[0]['wanted'], 'services' | 'stores' | 'commit' | 'dirty'>,
  { known, adopt = new Set(), upgradeStores = false }: Planning,
): Promise<Omit<Planned, 'source'>> {
  const { ledger, target, vault, environment } = session;
  const [history, seen] = await Promise.all([known ?? ledger.history(), target.inspect()]);
  const observed = withAdopted(seen, adopt);
  const plan = planOf({
    wanted: { ...wanted, domains: environment.domains },
    observed,
    record: observed.live === null ? undefined : releaseOf(history, observed.live),
    traits: target.traits,
    fingerprint: vault.fingerprint,
    adopt,
    upgradeStores,
  });
  return { plan, observed, history };
}

/** What is there with the stores that are to be taken over: they have to be able to do what ours are. */
const withAdopted = (seen: Observed, adopt: ReadonlySet<string>): Observed => ({
  ...seen,
  stores: [
    ...seen.stores,
    ...(seen.foreign ?? []).flatMap(({ name, store }) => (store && adopt.has(name) ? [store] : [])),
  ],
});

/**
 * What is taken away has to be confirmed.
 * @throws {ConductorError} `plan.destructive` (exit 3), naming what it is; nothing was changed.
 */
export function assertConfirmed(plan: Plan, confirmed: boolean): void {
  if (confirmed || !isDestructive(plan)) return;
  const gone = plan.differences.filter(({ what, action }) => action === 'remove' && what !== 'variable');
  throw new ConductorError({
    code: 'plan.destructive',
    message: `This would remove:\n${gone.map(({ what, name }) => `  the ${what} ${name}`).join('\n')}`,
    hint: 'If that is meant, run it again with --confirm-destructive; nothing was changed.',
    exit: exitCode.checksFailed,
  });
}

/**
 * What somebody else has made is taken over only when that is said.
 * @throws {ConductorError} `adopt.not-ours` (exit 3), naming what it is and the command that takes it over; nothing was changed.
 */
export function assertAdopted({ name }: Session, { foreign }: Plan): void {
  if (foreign.length > 0) throw notOurs(name, foreign);
}

function assertAdoptable(
  { name: environment, desired }: Session,
  { foreign = [] }: Observed,
  adopt: ReadonlySet<string> = new Set(),
): void {
  const known = [...desired.services, ...desired.stores, ...foreign].map(({ name }) => name);
  const unknown = [...adopt].filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new ConductorError({
    code: 'adopt.unknown',
    message: `There is nothing to adopt that is called ${unknown.join(' or ')}.`,
    hint: `Give a name that the plan shows as not made by Conductor: conductor plan ${environment}`,
    exit: exitCode.usage,
  });
}
