import { Duplex, Readable } from 'node:stream';
import { ConductorError } from '../../errors.ts';
import { PlatformRefusal } from '../refusal.ts';
import { framesOf } from './frames.ts';
import { operations } from './operations.ts';
import { type Site, streamed, upgraded } from './site.ts';

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

/** A program inside a container of the node that is asked, to talk with: what is written goes to its stdin, what is read is its stdout. */
export async function talkWith(site: Site, container: string, words: readonly string[]): Promise<Duplex> {
  const { Id } = await site.rest(operations.createExec, {
    path: { id: container },
    body: { AttachStdin: true, AttachStdout: true, AttachStderr: true, Cmd: words },
  });
  const stream = await upgraded(site, startOf(Id));
  return Duplex.from({
    readable: Readable.from(saidBy(site, stream), { objectMode: false }),
    writable: stream,
  });
}

async function* saidBy(site: Site, stream: Duplex): AsyncGenerator<Buffer> {
  let complaint = '';
  for await (const { from, data } of framesOf(stream)) {
    if (from === 'stdout') yield data;
    else complaint = (complaint + data.toString()).slice(-1_000);
  }
  if (complaint !== '')
    throw new PlatformRefusal('The switch', 'other', { said: site.seen.redact(complaint.trim()) });
}

const startOf = (id: string) =>
  ({
    method: 'POST',
    path: `/exec/${id}/start`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ Detach: false, Tty: false }),
  }) as const;

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
  const stream = await streamed(site, startOf(Id));
  const said = { stdout: '', stderr: '' };
  for await (const { from, data } of framesOf(stream)) said[from] += data.toString();
  const { ExitCode, Running } = await site.rest(operations.exec, { path: { id: Id } });
  if (Running || typeof ExitCode !== 'number')
    throw new PlatformRefusal('Docker', 'strange', {
      said: `${words[0]} in ${container.slice(0, 12)} has no exit code`,
    });
  return { exit: ExitCode, ...said };
}
