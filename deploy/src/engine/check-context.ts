import type { BackupPlace } from '../backups/place.ts';
import type { CheckContext, Cutover, SettingFact, VerifiedBackup } from '../checks/context.ts';
import { findGit } from '../checks/git.ts';
import { commandRunner } from '../checks/run-command.ts';
import { keptElsewhere } from '../config/elsewhere.ts';
import type { Session } from '../environment/session.ts';
import { type History, releaseOf } from '../ledger/history.ts';
import type { Observed } from '../model/observed.ts';
import type { Service } from '../model/service.ts';
import { domainFindings } from './domain-findings.ts';
import { passOf } from './maintenance.ts';
import { serviceAt } from './routes.ts';

/** What has been read a moment ago, under the lock, so that it is not asked for again. */
export interface Known {
  readonly history: History;
  /** Null: it is to be asked for. */
  readonly observed: Observed | null;
}

/** What the checks may look at in this environment; after a deploy with what has just been cut over. */
export async function checkContext(
  session: Session,
  { known, cutover = null }: { readonly known?: Known; readonly cutover?: Cutover | null } = {},
): Promise<CheckContext> {
  const { root, name, project, environment, target, vault, desired, redactor } = session;
  const [git, observed, history] = await Promise.all([
    findGit(root),
    // A place that cannot be asked is a finding of the check on it; the other checks go on without.
    known?.observed ?? target.inspect().catch((error: Error) => error),
    known?.history ?? session.ledger.history(),
  ]);
  const seen = observed instanceof Error ? null : observed;
  const live = cutover ? cutover.previous : (seen?.live ?? null);
  return {
    root,
    environment: name,
    policy: project.checks,
    commands: project.commands,
    branch: environment.branch ?? null,
    base: (live && releaseOf(history, live)?.commit) || null,
    git,
    run: commandRunner(root, redactor, project.commands.pass),
    redactor,
    services: desired.services,
    stores: desired.stores,
    storesThere: seen?.stores ?? [],
    task: desired.task ?? null,
    settings: desired.services.flatMap(settingsOf),
    missing: desired.missing,
    secrets: async () => {
      if (vault.unreadable) throw vault.unreadable;
      return { ...vault.values, ...secretsOf(desired.services) };
    },
    elsewhere: [...new Set(keptElsewhere(project, name).map(({ address }) => address))].map((address) => ({
      address,
      problem: vault.elsewhere.problemOf(address),
    })),
    elsewhereNotes: vault.elsewhere.notes,
    address: (path) => (seen ? addressOf(path, desired.services, seen) : null),
    // Who could not be looked at is not visited either.
    pass: seen ? await passOf(session) : {},
    hosts: hostsOf(session, seen),
    domains: domainFindings(session, observed, history),
    firstLive: firstLive(history, seen),
    target,
    backups: environment.backups
      ? {
          lateAfter: environment.backups.lateAfter,
          fromHere: reachesDatabase(session),
          beforeDeploy: environment.backups.beforeDeploy,
          newestVerified: () => ofBackups(session, newestVerified),
          changesKept:
            environment.backups.keep.pointInTimeDays === 0 ? null : () => ofBackups(session, changesKept),
          recipients: () => ofBackups(session, async (place) => (await place.sealing()).recipients),
          drilledAt: environment.backups.recipients === 'none' ? null : () => drilledAt(session),
        }
      : null,
    notified: [...new Set(environment.notify.flatMap(({ on }) => on))],
    cutover,
    now: () => new Date(),
  };
}

/** Asks something of the environment's backups. Their library is loaded only where somebody does. */
async function ofBackups<T>(session: Session, ask: (place: BackupPlace) => Promise<T>): Promise<T> {
  const { openBackups } = await import('../backups/place.ts');
  const place = await openBackups(session);
  try {
    return await ask(place);
  } finally {
    place.store.close();
  }
}

/** Whether there is an address of the database for this machine, of a target only where it ever tells one. */
const reachesDatabase = ({ environment, desired, target }: Session): boolean =>
  environment.backups?.source !== undefined ||
  target.storeUrl !== undefined ||
  desired.stores.some(({ kind, url }) => kind === 'mongodb' && url !== undefined);

/** The end of the first deploy that went live; long ago where something serves of which this history knows nothing. */
export function firstLive({ deploys }: History, seen: Observed | null): Date | null {
  const first = deploys.find(({ end }) => end?.verdict === 'live');
  if (first?.end) return new Date(first.end.at);
  return seen?.live ? new Date(0) : null;
}

async function newestVerified({ store, scope }: BackupPlace): Promise<VerifiedBackup | null> {
  const { backupHealth } = await import('conductor-backup');
  const { last } = await backupHealth(store, scope);
  const authentic = store.signing !== undefined || store.name.startsWith('file:');
  return last && { at: new Date(last.startedAt), recipients: last.data.recipients, authentic };
}

async function changesKept({ store, scope }: BackupPlace): Promise<Date | null> {
  const { changesKeptUpTo } = await import('conductor-backup');
  const upTo = await changesKeptUpTo(store, scope, new Date());
  return upTo === undefined ? null : new Date(upTo.t * 1000);
}

async function drilledAt({ ledger }: Session): Promise<Date | null> {
  const { drilledAt: at } = await ledger.history();
  return at === null ? null : new Date(at);
}

function settingsOf({ name: service, variables }: Service): SettingFact[] {
  return Object.entries(variables).map(([name, variable]) => ({
    service,
    name,
    secret: variable.kind === 'secret',
    value: variable.kind === 'plain' || variable.kind === 'secret' ? variable.value : null,
  }));
}

function secretsOf(services: readonly Service[]): Record<string, string> {
  const variables = services.flatMap(({ variables }) => Object.entries(variables));
  return Object.fromEntries(
    variables.flatMap(([name, variable]) => (variable.kind === 'secret' ? [[name, variable.value]] : [])),
  );
}

/** Where a path can be asked from outside; null while nothing serves it. */
function addressOf(path: string, services: readonly Service[], observed: Observed): string | null {
  const service = observed.live === null ? undefined : serviceAt(path, services);
  const base = service && observed.urls[service];
  return base === undefined ? null : base + path;
}

/** Every host by which the public reaches the environment: its domains, and the addresses that the place gave it. */
function hostsOf({ environment }: Session, observed: Observed | null): string[] {
  const given = Object.values(observed?.urls ?? {}).map((url) => new URL(url).host);
  return [...new Set([...Object.values(environment.domains).flat(), ...given])];
}
