import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Output } from '../src/cli/output.ts';
import { run } from '../src/cli/run.ts';
import type { DomainOptions } from '../src/domains/domain.ts';
import { type Behaviour, MemoryPlace, memoryKind } from './memory-target.ts';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The last line of stdout, as JSON: of any command, so a field may be missing. */
  json(): Printed;
}

/** Fields of what commands print with --json. */
export interface Printed {
  readonly verdict: string;
  readonly previous: string | null;
  readonly version: string;
  readonly state: string;
  readonly release: { readonly version: string };
  readonly probe: { readonly sent: number; readonly failed: number; readonly longestGapMs: number };
}

/** A project in a folder of its own, deployed to a place in memory. */
export class TestProject {
  readonly folder: string;
  readonly place: MemoryPlace;

  private constructor(folder: string, place: MemoryPlace) {
    this.folder = folder;
    this.place = place;
  }

  /** `where`: the folder in which it makes its own. */
  static async create(where = tmpdir()): Promise<TestProject> {
    const project = new TestProject(await mkdtemp(join(where, 'conductor-test-')), await MemoryPlace.open());
    await project.describe('good');
    return project;
  }

  /** The project in another folder, as another machine has it, on the same place. */
  static at(folder: string, place: MemoryPlace): TestProject {
    return new TestProject(folder, place);
  }

  /** Writes the config: two services, of which the public one behaves as asked. `more` are further fields of the environment, the last ones of services. */
  async describe(
    behaviour: Behaviour,
    settings: Record<string, unknown> = {},
    more = '',
    { web = '', worker = '' } = {},
  ): Promise<void> {
    const all = JSON.stringify({ BEHAVIOUR: behaviour, ...settings });
    await writeFile(
      join(this.folder, 'conductor.config.ts'),
      `export default {
  project: 'shop',
  stores: { db: { kind: 'mongodb' } },
  services: {
    web: { start: 'node web.ts', paths: ['/'], health: { path: '/health' }, settings: { ...${all}, KEY: { kind: 'generated', bytes: 32 }, DB: { kind: 'store', store: 'db', property: 'url' } }, ${web} },
    worker: { start: 'node worker.ts', ${worker} },
  },
  environments: {
    test: { target: { kind: 'memory', settings: {} }, bake: 0, checks: { only: ['target'] }, ${more} },
    other: { target: { kind: 'memory', settings: {} }, bake: 0, checks: { only: ['target'] } },
  },
};
`,
    );
  }

  /** Runs a command in the project, as a person without a terminal would. */
  async run(
    line: string | readonly string[],
    {
      interrupt = new AbortController().signal,
      ask = undefined as ((question: string) => Promise<string>) | undefined,
      input = undefined as NodeJS.ReadableStream | undefined,
      editor = undefined as ((file: string) => Promise<void>) | undefined,
      domains = undefined as DomainOptions | undefined,
      isTTY = false,
    } = {},
  ): Promise<CommandResult> {
    let stdout = '';
    let stderr = '';
    const output = new Output(
      {
        write: (text) => {
          stdout += text;
        },
      },
      {
        isTTY,
        write: (text) => {
          stderr += text;
        },
      },
      { NO_COLOR: '1' },
    );
    const code = await run(typeof line === 'string' ? line.split(' ') : line, {
      folder: this.folder,
      output,
      interrupt,
      ask,
      kinds: [memoryKind(this.place)],
      verifyWithin: 3,
      ...(input && { input }),
      ...(editor && { editor }),
      ...(domains && { domains }),
    });
    return { code, stdout, stderr, json: () => JSON.parse(stdout.trimEnd().split('\n').at(-1)!) };
  }

  async remove(): Promise<void> {
    await this.place.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
