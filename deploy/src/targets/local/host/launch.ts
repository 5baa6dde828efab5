import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { programOf } from 'conductor-backup/program';
import { compileCache } from '../../../installed.ts';
import { cleanEnvironment } from '../../../model/clean-environment.ts';
import type { LocalPaths } from '../paths.ts';
import { logPath, openLog } from './log-file.ts';
import { readStops } from './stops.ts';

export interface Launched {
  /** Resolves with its exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  kill(): void;
}

/** Starts the host or its keeper as a process of its own, which outlives this one. Both are harmless to start twice. */
export function launch(which: 'main' | 'keeper', paths: LocalPaths): Launched {
  const log = openLog(logPath(paths.logs, 'host'));
  try {
    const program = programOf(import.meta.filename, `targets/local/host/${which}`);
    const child = spawn(process.execPath, [program, paths.root, paths.base, String(readStops(paths.stops))], {
      cwd: paths.root,
      env: { ...cleanEnvironment(['NODE_OPTIONS']), NODE_COMPILE_CACHE: compileCache },
      stdio: ['ignore', log, log],
      detached: true,
    });
    const ended = new Promise<number | null>((resolve) => {
      child.once('exit', (code) => resolve(code));
      child.once('error', (error) => {
        console.error(error);
        resolve(null);
      });
    });
    child.unref();
    return { ended, kill: () => void child.kill('SIGKILL') };
  } finally {
    closeSync(log);
  }
}
