import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { openLog } from './log-file.ts';
import { identify, isAlive, killGroup, type ProcessId, signalProcess } from './process-id.ts';

/** How to run one process. Its output goes to its log file directly, so it outlives whoever started it. */
export interface ChildSpec {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly log: string;
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
    let log: number;
    try {
      log = openLog(spec.log);
    } catch (error) {
      return new Child(null, Promise.resolve({ code: null, signal: null, error: (error as Error).message }));
    }
    try {
      const child = spawn(file, args, {
        cwd: spec.cwd,
        env: { ...spec.env },
        stdio: ['ignore', log, log],
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
      return new Child(child.pid === undefined ? null : identify(child.pid), exited);
    } finally {
      closeSync(log);
    }
  }

  /** Takes over a process that an earlier host started; null when it is gone. */
  static adopt(id: ProcessId): Child | null {
    if (!isAlive(id)) return null;
    const exited = new Promise<Exit>((resolve) => {
      const timer = setInterval(() => {
        if (isAlive(id)) return;
        clearInterval(timer);
        killGroup(id.pid);
        resolve({ code: null, signal: null });
      }, adoptedPollMs);
    });
    return new Child(id, exited);
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

/** "ended with exit code 1", for people. */
export function describeExit(exit: Exit): string {
  if (exit.error !== undefined) return `could not be started: ${exit.error}`;
  if (exit.signal !== null) return `was ended by ${exit.signal}`;
  if (exit.code !== null) return `ended with exit code ${exit.code}`;
  return 'ended';
}
