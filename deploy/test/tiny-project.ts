import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from '../src/targets/local/host/ports.ts';

const main = join(import.meta.dirname, '../src/main.ts');

/** A project of somebody who has just heard of Conductor, on this machine, with the command as a process of its own. */
export class TinyProject {
  readonly folder: string;
  readonly port: number;

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
  }

  static async create(): Promise<TinyProject> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'conductor-tiny-')));
    await mkdir(join(folder, 'run'), { mode: 0o700 });
    return new TinyProject(folder, await freePort(new Set()));
  }

  get root(): string {
    return join(this.folder, 'project');
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.root, name)), { recursive: true });
      await writeFile(join(this.root, name), text);
    }
  }

  /** Writes the config: its services, and what the local environment has besides its target. */
  describe(services: object, environment: object = {}): Promise<void> {
    const target = { kind: 'local', settings: { port: this.port } };
    const config = { project: 'tiny', services, environments: { local: { target, ...environment } } };
    return this.write({ 'conductor.config.ts': `export default ${JSON.stringify(config)};\n` });
  }

  run(line: string): Promise<{ code: number; stdout: string; stderr: string }> {
    return this.#execute(process.execPath, [main, ...line.split(' ')]);
  }

  git(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    return this.#execute('git', ['-c', 'user.name=Ana', '-c', 'user.email=ana@example.com', ...args]);
  }

  /** Ends what runs, and leaves nothing. */
  async remove(): Promise<void> {
    await this.run('stop local');
    await rm(this.folder, { recursive: true, force: true });
  }

  #execute(program: string, args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const env = { ...process.env, XDG_RUNTIME_DIR: join(this.folder, 'run'), NO_COLOR: '1' };
    return new Promise((resolve) => {
      execFile(program, args, { cwd: this.root, env }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  }
}
