import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { switchProgram } from '../bundle.ts';
import type { Table } from '../protocol.ts';

/** What a verb has printed. */
export interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The switch as it is shipped: one file in an empty folder, in processes of its own. */
export class RunningSwitch {
  readonly folder: string;
  readonly port: number;
  readonly control: number;
  readonly #env: Record<string, string>;
  #process: ChildProcess | undefined;
  /** What it has written. */
  out = '';
  err = '';

  private constructor(folder: string, port: number, control: number, env: Record<string, string>) {
    this.folder = folder;
    this.port = port;
    this.control = control;
    // Nothing of the machine's but what is said here.
    this.#env = { PORT: `${port}`, CONTROL: `${control}`, STATE: join(folder, 'table.json'), ...env };
  }

  static async start(port: number, control: number, env: Record<string, string>): Promise<RunningSwitch> {
    const folder = await mkdtemp(join(tmpdir(), 'conductor-switch-'));
    await writeFile(join(folder, 'switch.mjs'), await switchProgram());
    const running = new RunningSwitch(folder, port, control, env);
    await running.again();
    return running;
  }

  /** Starts it once more, where it was. Resolves when it serves. */
  async again(): Promise<void> {
    const started = spawn(process.execPath, ['switch.mjs'], { cwd: this.folder, env: this.#env });
    this.#process = started;
    started.stdout.on('data', (text) => {
      this.out += text;
    });
    const serves = new Promise<void>((resolve, reject) => {
      let said = '';
      started.stderr.on('data', (text) => {
        this.err += text;
        said += text;
        if (said.includes('on port')) resolve();
      });
      started.once('exit', (code) => reject(new Error(`The switch ended with ${code}: ${said}`)));
    });
    await serves;
  }

  /** Sends it a signal. Resolves with its exit code when it has ended. */
  async stop(signal: NodeJS.Signals): Promise<number | null> {
    const ending = this.#process;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return null;
    const ended = once(ending, 'exit');
    ending.kill(signal);
    const [code] = await ended;
    return code as number | null;
  }

  /** Asks it as one does from outside: by running its file with words. */
  verb(words: readonly string[], env: Record<string, string> = {}): Promise<Printed> {
    return new Promise((resolve) => {
      const options = { cwd: this.folder, env: { ...this.#env, ...env } };
      execFile(process.execPath, ['switch.mjs', ...words], options, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
      );
    });
  }

  route(table: Table, seconds = 5): Promise<Printed> {
    return this.verb(['route', String(seconds)], { CONDUCTOR_TABLE: JSON.stringify(table) });
  }

  /** Lines of the access log. */
  get access(): Record<string, unknown>[] {
    return this.out
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  state(): Promise<string> {
    return readFile(join(this.folder, 'table.json'), 'utf8');
  }

  async close(): Promise<void> {
    await this.stop('SIGKILL');
    await rm(this.folder, { recursive: true });
  }
}
