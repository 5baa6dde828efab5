import type { Readable } from 'node:stream';
import type { Reading } from '../rollout.ts';
import { streamLines } from './frames.ts';
import type { EngineTask } from './operations.ts';
import { ended, isRunning } from './services.ts';
import { type Site, streamed } from './site.ts';

/** Ends of one replica after which a release is said not to come up. */
const most = 2;

/**
 * What the tasks of a service say of it, whatever the service itself says: its `UpdateStatus` is `completed` also for what has failed since.
 * @param wanted replicas
 * @param where says on which node a task was, where that needs to be said
 */
export function readTasks(
  tasks: readonly EngineTask[],
  wanted: number,
  where: (task: EngineTask) => string = () => '',
): Reading {
  const words = (task: EngineTask) => `${wordsOf(task)}${where(task)}`;
  const running = tasks.filter(isRunning);
  const over = tasks.filter(({ Status }) => ended.includes(Status.State) && Status.State !== 'remove');
  const fallen = Object.values(Object.groupBy(over, ({ Slot }) => String(Slot))).find(
    (same) => same!.length >= most,
  );
  if (fallen) return { state: 'failed', detail: words(fallen[0]!) };
  if (running.length >= wanted) return { state: 'live', detail: `${running.length} of ${wanted} running` };
  const waiting = tasks.find(({ DesiredState, Status }) => DesiredState === 'running' && Status.Err !== '');
  const latest = waiting ?? over[0];
  return {
    state: 'starting',
    detail: `${running.length} of ${wanted} running${latest ? `: ${words(latest)}` : ''}`,
  };
}

/** Why a task is as it is, in the engine's words; one that ended without an error was ended because it never was healthy. */
export function wordsOf({ Status }: EngineTask): string {
  const { State, Err, Message, ContainerStatus } = Status;
  if (Err !== '') return Err;
  if (ended.includes(State))
    return `it ended with ${ContainerStatus?.ExitCode ?? 'no exit code'}, ${Message || State}`;
  return Message || State;
}

/**
 * The last lines of a task. The engine writes its two streams down as they come, one often before the other, so what a program wrote to
 * stderr, which says why it ended, comes last here.
 */
export async function lastLines(site: Site, task: string, lines = 20): Promise<string[]> {
  const stream = await logStream(site, `/tasks/${task}/logs?stdout=1&stderr=1&tail=${5 * lines}`);
  const written: Record<'stdout' | 'stderr', string[]> = { stdout: [], stderr: [] };
  for await (const { from, text } of streamLines(stream)) written[from].push(site.seen.redact(text));
  return [...written.stdout, ...written.stderr.slice(-lines)].slice(-lines);
}

const logStream = (site: Site, path: string): Promise<Readable> => streamed(site, { method: 'GET', path });
