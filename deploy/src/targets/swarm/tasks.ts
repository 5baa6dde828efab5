import { PlatformRefusal } from '../refusal.ts';
import type { Reading } from '../rollout.ts';
import { streamLines, type WrittenLine } from './frames.ts';
import { lostNodes } from './nodes.ts';
import type { EngineTask } from './operations.ts';
import { ended, isRunning, tasksOf } from './services.ts';
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

/** Milliseconds without another line after which no more is waited for: the engine waits without end for a node of which nothing is heard. */
const patience = 20_000;

/**
 * What a task has written so far, line by line.
 * @param query more of it, as `GET /tasks/{id}/logs` takes it
 */
export async function* writtenBy(
  site: Site,
  task: string,
  query: string,
  signal?: AbortSignal,
): AsyncGenerator<WrittenLine> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), patience);
  try {
    const path = `/tasks/${task}/logs?stdout=1&stderr=1&${query}`;
    const both = AbortSignal.any([late.signal, ...(signal ? [signal] : [])]);
    for await (const line of streamLines(await streamed(site, { method: 'GET', path, signal: both }))) {
      timer.refresh();
      yield line;
    }
  } catch (error) {
    if (!late.signal.aborted || signal?.aborted) throw error;
    throw new PlatformRefusal('Docker', 'unreachable', {
      said: `what the task ${task.slice(0, 12)} has written does not come: nothing for ${patience / 1_000} s`,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** The tasks of a service whose logs can be had: a node that is lost tells nothing, and one that has not begun has written nothing. */
export async function tasksThatTell(site: Site, service: string): Promise<EngineTask[]> {
  const tasks = await tasksOf(site, service);
  const lost = await lostNodes(site);
  return tasks.filter(({ NodeID = '', Status }) => Status.ContainerStatus?.ContainerID && !lost.has(NodeID));
}

/**
 * The last lines of a task. The engine writes its two streams down as they come, one often before the other, so what a program wrote to
 * stderr, which says why it ended, comes last here.
 */
export async function lastLines(site: Site, task: EngineTask, lines = 20): Promise<string[]> {
  // One that has not begun would be waited for.
  if (!task.Status.ContainerStatus?.ContainerID) return [];
  const written: Record<'stdout' | 'stderr', string[]> = { stdout: [], stderr: [] };
  for await (const { from, text } of writtenBy(site, task.ID, `tail=${5 * lines}`))
    written[from].push(site.seen.redact(text));
  return [...written.stdout, ...written.stderr.slice(-lines)].slice(-lines);
}
