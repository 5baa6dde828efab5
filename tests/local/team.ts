import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { type LockTerms, lockTerms } from '../../deploy/src/ledger/lock-terms.ts';
import { Project } from './project.ts';

const heartbeat = 500;
const lasting: LockTerms = { ...lockTerms, heartbeat };
/** For one that is to be killed: nobody waits a minute for it. A busy machine may still be late by some seconds. */
export const shortLease: LockTerms = { patience: 5_000, heartbeat };

/** Several machines with a clone each of one sample, its bare remote, and one place that all of them deploy to. */
export class Team {
  readonly #first: Project;
  readonly #key: string;
  readonly #remote: string;
  #machines = 0;

  private constructor(first: Project, key: string) {
    this.#first = first;
    this.#key = key;
    this.#remote = join(first.folder, 'remote.git');
  }

  static async create(sample: string): Promise<Team> {
    const team = new Team(await Project.sample(sample), await generateX25519Identity());
    const { root } = team.#first;
    mkdirSync(join(root, 'secrets'));
    writeFileSync(join(root, 'secrets/recipients'), `${await identityToRecipient(team.#key)} # team\n`);
    team.#first.commit();
    execFileSync('git', ['clone', '--quiet', '--bare', root, team.#remote]);
    return team;
  }

  /**
   * Another machine: a fresh clone with a `.conductor` of its own, with the team's key unless it is to have none. It gives signs of life
   * often; its lock lasts as long as the usual one, unless it is one to be killed.
   */
  machine({ user = 'someone', key = true, lease = lasting as LockTerms | 'usual' } = {}): Project {
    this.#machines += 1;
    const { folder, port } = this.#first;
    const state = join(folder, 'place');
    const main = join(import.meta.dirname, 'team-main.ts');
    const machine = Project.clone(this.#remote, {
      folder,
      name: `machine-${this.#machines}`,
      port,
      main,
      state,
    });
    machine.env.USER = user;
    machine.env.TEAM_PLACE = state;
    if (lease !== 'usual') machine.env.TEAM_LEASE = JSON.stringify(lease);
    mkdirSync(join(machine.root, '.conductor'));
    if (key) writeFileSync(join(machine.root, '.conductor/age.key'), `${this.#key}\n`, { mode: 0o600 });
    return machine;
  }

  /** What a machine has committed is where the others get their code from. */
  push(machine: Project): void {
    execFileSync('git', ['push', '--quiet', '--force', 'origin', 'HEAD'], { cwd: machine.root });
  }

  /** The machine is gone, with all that only it had. */
  lose(machine: Project): void {
    // A push that outlives its killed command may still be writing there.
    rmSync(machine.root, { recursive: true, maxRetries: 10 });
  }

  close(): Promise<void> {
    return this.machine().close();
  }
}
