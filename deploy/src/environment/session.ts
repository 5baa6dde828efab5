import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { type LoadedProject, loadProject, withTargetSettings } from '../config/load.ts';
import { type Desired, environmentOf, resolve } from '../config/resolve.ts';
import type { ProjectEnvironment } from '../config/schema.ts';
import { fileLedger } from '../ledger/file-ledger.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Origin } from '../ledger/record.ts';
import type { TargetKind } from '../targets/index.ts';
import type { Target } from '../targets/target.ts';
import { hasRemote } from './git.ts';
import { knownSecrets } from './known-secrets.ts';
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
  /** Every secret value that can turn up, by a label for its place, for the redactor. */
  readonly secretValues: Readonly<Record<string, string>>;
  readonly by: Origin;
  readonly folders: {
    readonly journal: string;
    readonly capsules: string;
  };
}

export interface OpenOptions {
  /** Where the project is looked for, upwards. */
  readonly from: string;
  /** Left out: the config's first. */
  readonly environment?: string;
  /** Settings of the target that replace the config's, for this command. */
  readonly targetSettings?: Readonly<Record<string, unknown>>;
  readonly kinds: readonly TargetKind[];
  /** Open although settings are missing, to look and not to deploy. */
  readonly incomplete?: boolean;
  /** Open although the secrets cannot be read; the vault says why. For commands that show it themselves. */
  readonly unreadable?: boolean;
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
  incomplete = false,
  unreadable = false,
}: OpenOptions): Promise<Session> {
  const loaded = await loadProject(from, kinds);
  const name = environment ?? Object.keys(loaded.project.environments)[0]!;
  const configured = environmentOf(loaded.project, name);
  const kind = kinds.find((each) => each.kind === configured.target.kind)!;
  const described = withTargetSettings(configured, kind, targetSettings);
  const base = join(loaded.root, '.conductor', name);
  const folders = { journal: join(base, 'journal'), capsules: join(base, 'capsules') };
  const vault = await openVault(loaded.root, name, process.env, { look: unreadable });
  const desired = await resolve(loaded.project, name, vault, { incomplete });
  const target = await kind.create({
    project: loaded.project.project,
    environment: name,
    root: loaded.root,
    state: join(base, 'target'),
    settings: described.target.settings,
    stores: desired.stores,
    services: desired.services,
    domains: described.domains,
    credential: async (wanted) => process.env[wanted] ?? vault.get(wanted),
    fingerprint: vault.fingerprint,
  });
  return {
    ...loaded,
    name,
    environment: described,
    target,
    ledger: await ledgerOf(loaded, name, base, target),
    vault,
    desired,
    secretValues: await knownSecrets(vault.values, desired, folders.capsules),
    by: origin(),
    folders,
  };
}

/** Shared through the git remote where there is one, unless the place is this machine's own. */
async function ledgerOf(
  { root, project }: LoadedProject,
  name: string,
  base: string,
  target: Target,
): Promise<Ledger> {
  const { remote } = project.checks;
  const shared = !target.traits.personal && (await hasRemote(root, remote));
  if (!shared) return fileLedger(base, name);
  const { GitLedger } = await import('../ledger/git-ledger.ts');
  return new GitLedger(root, remote, name);
}

/** Who runs this command, and where. A container may have no name for its user. */
function origin(): Origin {
  const user = process.env.USER ?? process.env.LOGNAME;
  if (user) return { user, host: hostname() };
  try {
    return { user: userInfo().username, host: hostname() };
  } catch {
    return { user: `uid ${process.getuid?.() ?? '?'}`, host: hostname() };
  }
}
