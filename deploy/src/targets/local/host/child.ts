import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { openLog } from './log-file.ts';
import { LogPipe } from './log-pipe.ts';
import { identify, isAlive, killGroup, type ProcessId, signalProcess } from './process-id.ts';

/** How to run one process. Its output goes through a pipe of its own, so it outlives whoever started it; see `log-pipe.ts`. */
export interface ChildSpec {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly log: string;
  /** Where there is no pipe of this name, it writes to the log directly. */
  readonly pipe: string;
}

/** How a process ended. Both are null when it was adopted, for only a parent is told. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It never started: the reason. */
  readonly error?: string;
}

/** How often an adopted process is looked at; its own parent would be told. */
const adoptedPollMs = 100;

/** One process, in a group of its own, whether started here or by a host before this one. */
export class Child {
  /** Null when it never started. */
  readonly id: ProcessId | null;
  readonly exited: Promise<Exit>;
  exit: Exit | null = null;

  private constructor(id: ProcessId | null, exited: Promise<Exit>) {
    this.id = id;
    this.exited = exited.then((exit) => {
      this.exit = exit;
      return exit;
    });
  }

  static start(spec: ChildSpec): Child {
    const [file = '', ...args] = spec.command;
    let pipe: LogPipe | null;
    let output: number;
    try {
      pipe = LogPipe.open(spec.pipe);
      output = openOutput(spec, pipe);
    } catch (error) {
      return new Child(null, Promise.resolve({ code: null, signal: null, error: (error as Error).message }));
    }
    try {
      const child = spawn(file, args, {
        cwd: spec.cwd,
        env: { ...spec.env },
        stdio: ['ignore', output, output],
        detached: true,
      });
      const exited = new Promise<Exit>((resolve) => {
        child.once('exit', (code, signal) => {
          // What it started and left behind would hold its port and its memory.
          if (child.pid !== undefined) killGroup(child.pid);
          resolve({ code, signal });
        });
        child.once('error', (error) => resolve({ code: null, signal: null, error: error.message }));
      });
      child.unref();
      return new Child(child.pid === undefined ? null : identify(child.pid), withLog(exited, pipe));
    } finally {
      closeSync(output);
    }
  }

  /** Takes over a process that an earlier host started, and the pipe of its log, if it has one; null when it is gone. */
  static adopt(id: ProcessId, pipe?: string): Child | null {
    if (!isAlive(id)) return null;
    const exited = new Promise<Exit>((resolve) => {
      const timer = setInterval(() => {
        if (isAlive(id)) return;
        clearInterval(timer);
        killGroup(id.pid);
        resolve({ code: null, signal: null });
      }, adoptedPollMs);
    });
    return new Child(id, withLog(exited, pipe === undefined ? null : LogPipe.open(pipe)));
  }

  get running(): boolean {
    return this.id !== null && this.exit === null && isAlive(this.id);
  }

  /** Asks it to end (SIGTERM) and, where it has not within `grace` ms, ends its whole group. */
  async stop(grace: number): Promise<Exit> {
    if (this.id !== null && signalProcess(this.id, 'SIGTERM')) {
      // A stopped process (SIGSTOP) hears nothing until it goes on.
      signalProcess(this.id, 'SIGCONT');
      const patience = AbortSignal.timeout(Math.ceil(grace));
      const impatient = once(patience, 'abort').then(() => null);
      if ((await Promise.race([this.exited, impatient])) === null && isAlive(this.id)) killGroup(this.id.pid);
    }
    return this.exited;
  }
}

/** What the process itself gets: another opening than the host's, for it may change how that behaves. */
function openOutput(spec: ChildSpec, pipe: LogPipe | null): number {
  return pipe === null ? openLog(spec.log) : openSync(spec.pipe, constants.O_RDWR);
}

/** Its end counts when its last words are in the log. */
async function withLog(exited: Promise<Exit>, pipe: LogPipe | null): Promise<Exit> {
  const exit = await exited;
  await pipe?.drain();
  return exit;
}

/** "ended with exit code 1", for people. */
export function describeExit(exit: Exit): string {
  if (exit.error !== undefined) return `could not be started: ${exit.error}`;
  if (exit.signal !== null) return `was ended by ${exit.signal}`;
  if (exit.code !== null) return `ended with exit code ${exit.code}`;
  return 'ended';
}
