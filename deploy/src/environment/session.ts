import { join } from 'node:path';
import { keptElsewhere } from '../config/elsewhere.ts';
import { type LoadedProject, loadProject, withTargetSettings } from '../config/load.ts';
import { type Desired, environmentOf, resolve } from '../config/resolve.ts';
import type { ProjectEnvironment } from '../config/schema.ts';
import { releaseOf } from '../ledger/history.ts';
import { Journals } from '../ledger/journals.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LockTerms } from '../ledger/lock-terms.ts';
import type { Origin } from '../ledger/record.ts';
import { redactedLedger } from '../ledger/redacted.ts';
import { Elsewhere } from '../secrets/elsewhere/elsewhere.ts';
import type { Redactor } from '../secrets/redactor.ts';
import type { TargetKind } from '../targets/index.ts';
import type { Target } from '../targets/target.ts';
import type { Capsules } from './capsules.ts';
import { hideOwnFolder } from './hide-own-folder.ts';
import { valuesOfLive } from './kept-elsewhere.ts';
import { keptSecrets } from './kept-secrets.ts';
import { KnownSecrets, learnSecrets } from './known-secrets.ts';
import { folderOf, ledgerOf } from './ledger-of.ts';
import { origin } from './origin.ts';
import { restore } from './release-record.ts';
import { trustAlso } from './trusted.ts';
import { openVault, type Vault } from './vault.ts';

/** One environment, opened: what every command works with. */
export interface Session extends LoadedProject {
  readonly name: string;
  readonly environment: ProjectEnvironment;
  readonly target: Target;
  readonly ledger: Ledger;
  readonly vault: Vault;
  /** What the config wants deployed, with its values. */
  readonly desired: Desired;
  /** Takes every secret that can turn up out of what is written. */
  readonly redactor: Redactor;
  readonly by: Origin;
  /** The secrets of its releases. */
  readonly capsules: Capsules;
  /** What its deploys have done, step by step. */
  readonly journals: Journals;
  /** Seconds within which a release must be seen through the public address. */
  readonly verifyWithin: number;
}

/** A platform's edge may need some of them to send new requests to a new release. */
const usualVerifyWithin = 30;

export interface OpenOptions {
  /** Where the project is looked for, upwards. */
  readonly from: string;
  /** Left out: the config's first. */
  readonly environment?: string;
  /** Settings of the target that replace the config's, for this command. */
  readonly targetSettings?: Readonly<Record<string, unknown>>;
  readonly kinds: readonly TargetKind[];
  /** Of a lock that a team shares; left out, the usual ones. */
  readonly lockTerms?: LockTerms;
  /** Seconds within which a release must be seen through the public address; left out, 30. */
  readonly verifyWithin?: number;
  /** Open although settings are missing: for what does not deploy the project as it is now. */
  readonly incomplete?: boolean;
  /**
   * Secrets that are kept elsewhere are read there. Left out: by what deploys the project as it is now; other commands have the values of the
   * release that is live, and need no vault.
   */
  readonly readsElsewhere?: boolean;
  /** Tells the person at the command what a platform is waited for. */
  readonly say?: (text: string) => void;
  /** Aborts when the command is interrupted. */
  readonly interrupt?: AbortSignal;
  /** Only to look: no secret is made, and neither missing settings nor unreadable secrets are an obstacle; the vault says why. */
  readonly look?: boolean;
}

/**
 * Loads the project and opens one of its environments. Nothing is changed on the target.
 * @throws {ConductorError} exit 2 or 3 for what is wrong with the config, its settings or its secrets.
 */
export async function openSession({
  from,
  environment,
  targetSettings = {},
  kinds,
  lockTerms,
  verifyWithin = usualVerifyWithin,
  say,
  interrupt,
  look = false,
  incomplete = look,
  readsElsewhere = !incomplete,
}: OpenOptions): Promise<Session> {
  const loaded = await loadProject(from, kinds);
  if (!look) await hideOwnFolder(loaded.root);
  const name = environment ?? Object.keys(loaded.project.environments)[0]!;
  const configured = environmentOf(loaded.project, name);
  const kind = kinds.find((each) => each.kind === configured.target.kind)!;
  const described = withTargetSettings(configured, kind, targetSettings);
  const base = folderOf(loaded.root, name);
  const redactor = new KnownSecrets();
  const ledger = redactedLedger(await ledgerOf(loaded, name, kind, lockTerms), redactor.redact);
  const { capsules, generated } = await keptSecrets(ledger, loaded.root, name);
  const all = keptElsewhere(loaded.project, name);
  const elsewhere = new Elsewhere({
    root: loaded.root,
    pass: loaded.project.commands.pass,
    onRead: redactor.learn,
    ...(interrupt && { interrupt }),
  });
  if (readsElsewhere) {
    await elsewhere.read(all.map(({ address }) => address));
    interrupt?.throwIfAborted();
  } else elsewhere.keep(await valuesOfLive(all, { ledger, capsules }));
  const vault = await openVault({
    root: loaded.root,
    environment: name,
    generated,
    elsewhere,
    look,
    onRead: redactor.learn,
  });
  const desired = await resolve(loaded.project, name, vault, { incomplete, look });
  const target = await kind.create({
    project: loaded.project.project,
    environment: name,
    root: loaded.root,
    state: join(base, 'target'),
    settings: described.target.settings,
    stores: desired.stores,
    services: desired.services,
    domains: described.domains,
    pass: loaded.project.commands.pass,
    credential: async (wanted) => {
      const value = process.env[wanted] ?? vault.get(wanted);
      if (value !== undefined) redactor.learn(value, wanted);
      return value;
    },
    learn: redactor.learn,
    released: async (version) => {
      const record = releaseOf(await ledger.history(), version);
      return record ? restore(record, name, capsules) : null;
    },
    ...(say && { say }),
    ...(interrupt && { interrupt }),
    fingerprint: vault.fingerprint,
  });
  if (target.roots !== undefined) trustAlso(target.roots);
  await learnSecrets(redactor, { kept: vault.values, desired, capsules });
  return {
    ...loaded,
    name,
    environment: described,
    target,
    ledger,
    vault,
    desired,
    redactor,
    by: origin(),
    capsules,
    journals: new Journals(join(base, 'journal'), ledger, redactor.redact),
    verifyWithin,
  };
}
