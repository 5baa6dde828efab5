import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../tests/setup/ports.ts';
import { eventually } from './eventually.ts';
import { testEnvironment } from './settings.ts';

/** One of the CRM's processes, really running. */
export interface RunningProcess {
  readonly child: ChildProcess;
  readonly url: string;
  readonly output: () => string;
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
  stop(signal?: NodeJS.Signals): Promise<{ code: number | null; signal: string | null }>;
}

/** Starts `backend/src/<name>.ts` on a free port and waits until `path` answers at all. */
export async function startProcess(
  name: 'api' | 'worker' | 'scheduler' | 'release',
  over: Record<string, string> = {},
  path: string | null = '/api/v1/health/simple',
): Promise<RunningProcess> {
  const port = await freePort();
  const file = fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url));
  const environment = testEnvironment({
    LOG_LEVEL: 'warn',
    PORT: String(port),
    DRAIN_SECONDS: '10',
    ...over,
  });
  const { PATH, TMPDIR, NODE_COMPILE_CACHE } = process.env;
  const child = spawn(process.execPath, [file], {
    // Besides its settings what makes it start fast, and what it is known by as this test's.
    env: { PATH, TMPDIR, NODE_COMPILE_CACHE, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      text += chunk;
    });
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  );
  const running: RunningProcess = {
    child,
    url: `http://127.0.0.1:${port}`,
    output: () => text,
    ended,
    stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      return ended;
    },
  };
  if (path !== null)
    await eventually(`${name} to answer (it said: ${text})`, async () => {
      if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}: ${text}`);
      return fetch(running.url + path, { headers: { host: 'localhost' } }).then(
        (answer) => answer.body?.cancel().then(() => true) ?? true,
        () => false,
      );
    });
  return running;
}
