import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadProject } from '../src/config/load.ts';
import type { Project } from '../src/config/schema.ts';
import { targetKinds } from '../src/targets/index.ts';
import { MemoryPlace } from './memory-target.ts';
import { type CommandResult, TestProject } from './project.ts';

/** A folder of somebody who has no config yet. */
export class BeginningProject {
  readonly folder: string;
  readonly #project: TestProject;

  private constructor(folder: string, project: TestProject) {
    this.folder = folder;
    this.#project = project;
  }

  /** With these files, by their paths; the folder is named as its owner would name it, not as one of a test. */
  static async create(files: Readonly<Record<string, string>>, name = 'shop'): Promise<BeginningProject> {
    const base = await mkdtemp(join(tmpdir(), 'conductor-test-'));
    const folder = join(base, name);
    await mkdir(join(folder, 'node_modules'), { recursive: true });
    // What `npm install --save-dev conductor-deploy` puts there.
    await symlink(join(import.meta.dirname, '..'), join(folder, 'node_modules/conductor-deploy'));
    for (const [file, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), text);
    }
    return new BeginningProject(folder, TestProject.at(folder, await MemoryPlace.open()));
  }

  /** Runs a command in the folder; `answers` are typed in a terminal, in their order. */
  async run(
    line: string,
    answers?: readonly string[],
  ): Promise<CommandResult & { readonly asked: string[] }> {
    const left = [...(answers ?? [])];
    const asked: string[] = [];
    const ask = async (question: string) => {
      asked.push(question);
      return left.shift() ?? '';
    };
    return { ...(await this.#project.run(line, answers && { ask })), asked };
  }

  /** The config that lies in the folder, as every other command loads it. */
  async project(): Promise<Project> {
    return (await loadProject(this.folder, targetKinds)).project;
  }

  async remove(): Promise<void> {
    await this.#project.remove();
    await rm(dirname(this.folder), { recursive: true, force: true });
  }
}
