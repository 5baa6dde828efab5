import { ConductorError } from '../../errors.ts';
import { PlatformRefusal } from '../refusal.ts';
import { framesOf } from './frames.ts';
import { operations } from './operations.ts';
import { type Site, streamed } from './site.ts';

/** How a program inside a container ended. */
export interface Ended {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Milliseconds between tries. */
const pauses = [200, 600, 1_800];

/**
 * Runs a program inside a container of the node that is asked. What it is to know and nobody else goes by `env`: words show in the list of
 * processes. It is run again where the way there broke, or nobody knows how it ended: all that is run so may be run twice.
 */
export async function exec(...what: Parameters<typeof once>): Promise<Ended> {
  const [site] = what;
  for (const pause of pauses) {
    try {
      return await once(...what);
    } catch (error) {
      if (!isWayBroken(error)) throw error;
      await site.clock.sleep(pause);
    }
  }
  return once(...what);
}

/** A container that has gone does not come back under this name, and whoever interrupts the command does not want it run again. */
const isWayBroken = (error: unknown): boolean =>
  error instanceof PlatformRefusal ? error.refusal !== 'absent' : !(error instanceof ConductorError);

/** The status of the answer is good whatever the program ends with, so its exit code is asked for. */
async function once(
  site: Site,
  container: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const { Id } = await site.rest(operations.createExec, {
    path: { id: container },
    body: {
      AttachStdout: true,
      AttachStderr: true,
      Cmd: words,
      Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    },
  });
  const stream = await streamed(site, {
    method: 'POST',
    path: `/exec/${Id}/start`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ Detach: false, Tty: false }),
  });
  const said = { stdout: '', stderr: '' };
  for await (const { from, data } of framesOf(stream)) said[from] += data.toString();
  const { ExitCode, Running } = await site.rest(operations.exec, { path: { id: Id } });
  if (Running || typeof ExitCode !== 'number')
    throw new PlatformRefusal('Docker', 'strange', {
      said: `${words[0]} in ${container.slice(0, 12)} has no exit code`,
    });
  return { exit: ExitCode, ...said };
}
