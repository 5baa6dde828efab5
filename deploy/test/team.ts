import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { MemoryPlace } from './memory-target.ts';
import { TestProject } from './project.ts';

const run = promisify(execFile);

/** Several machines with a clone each of one project, its bare remote, and one place that all of them deploy to. */
export class TestTeam {
  readonly folder: string;
  readonly place: MemoryPlace;
  /** Key of the team, for machines that have it. */
  readonly key: string;
  #machines = 0;

  private constructor(folder: string, place: MemoryPlace, key: string) {
    this.folder = folder;
    this.place = place;
    this.key = key;
  }

  static async create(): Promise<TestTeam> {
    const folder = await mkdtemp(join(tmpdir(), 'conductor-team-'));
    const team = new TestTeam(folder, await MemoryPlace.open(), await generateX25519Identity());
    await run('git', ['init', '--quiet', '--bare', '--initial-branch=main', team.remote]);
    const first = TestProject.at(join(folder, 'first'), team.place);
    await team.git('clone', '--quiet', team.remote, first.folder);
    await mkdir(join(first.folder, 'secrets'));
    await writeFile(
      join(first.folder, 'secrets/recipients'),
      `${await identityToRecipient(team.key)} # team\n`,
    );
    await writeFile(join(first.folder, '.gitignore'), '.conductor/\n');
    await first.describe('good');
    await team.share(first);
    return team;
  }

  get remote(): string {
    return join(this.folder, 'remote.git');
  }

  /** Another machine: a fresh clone, with the team's key unless it has another one or none. */
  async machine({ key = this.key as string | null } = {}): Promise<TestProject> {
    this.#machines += 1;
    const folder = join(this.folder, `machine-${this.#machines}`);
    await this.git('clone', '--quiet', this.remote, folder);
    await mkdir(join(folder, '.conductor'));
    if (key !== null) await writeFile(join(folder, '.conductor/age.key'), `${key}\n`, { mode: 0o600 });
    return TestProject.at(folder, this.place);
  }

  /** Commits everything that a machine has changed, and shares it. */
  async share({ folder }: TestProject): Promise<void> {
    const inside = ['-C', folder, '-c', 'user.name=Ana', '-c', 'user.email=ana@example.com'];
    await this.git(...inside, 'add', '--all');
    await this.git(...inside, 'commit', '--quiet', '--message', 'Change');
    await this.git(...inside, 'push', '--quiet', 'origin', 'HEAD:main');
  }

  async git(...words: readonly string[]): Promise<string> {
    return (await run('git', words, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })).stdout;
  }

  /** Everything that any ref of the remote holds, in all of its states. */
  async everythingShared(): Promise<string> {
    return this.git('-C', this.remote, 'cat-file', '--batch-all-objects', '--batch');
  }

  async remove(): Promise<void> {
    await this.place.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
