import { Readable } from 'node:stream';
import type { TwinReply } from '../twin.ts';
import { type Call, type Handlers, isOn } from './call.ts';
import type { Cluster, LogLine, Task } from './cluster.ts';
import { frame } from './frames.ts';
import { hasEnded } from './orchestrator.ts';
import { Refused } from './refused.ts';

/** Milliseconds of this world between two looks at a clock that may stand still. */
const look = 10;

/** What programs have written; what tasks wrote that are forgotten is gone. */
export function logs(cluster: Cluster): Handlers {
  return {
    ServiceLogs: (call) => {
      const service = cluster.service(call.path.id!);
      return told(call, () => cluster.tasksOf(service));
    },
    TaskLogs: (call) => {
      const task = cluster.task(call.path.id!);
      return told(call, () => [task]);
    },
  };
}

function told({ query }: Call, tasks: () => readonly Task[]): TwinReply {
  const wanted = ['stdout', 'stderr'].filter((one) => isOn(query, one));
  if (wanted.length === 0) throw new Refused(500, 'Bad parameters: you must choose at least one stream');
  const since = 1_000 * Number(query.get('since') || 0);
  const tail = query.get('tail') ?? 'all';
  const fresh = (line: LogLine) => wanted.includes(line.output) && line.at >= since;
  const seen = new Map<Task, number>();
  const unseen = (last: number): Buffer[] =>
    tasks()
      .flatMap((task) => {
        const lines = task.lines
          .slice(seen.get(task) ?? 0)
          .filter(fresh)
          .slice(-last || undefined);
        seen.set(task, task.lines.length);
        return last === 0 ? [] : lines.map((line) => ({ line, task }));
      })
      .toSorted((a, b) => a.line.at - b.line.at)
      .map(({ line, task }) => frame(line.output, `${head(query, task, line)}${line.text}\n`));
  const first = unseen(/^\d+$/.test(tail) ? Number(tail) : Number.POSITIVE_INFINITY);
  const headers = { 'content-type': 'application/vnd.docker.raw-stream' };
  // Of a node that is not heard of, and of a task that has not begun, it waits for what they have to say.
  const waits = tasks().some(
    (one) => one.node?.heard === false || (one.containerId === null && !hasEnded(one)),
  );
  const follows = isOn(query, 'follow');
  if (!follows && !waits) return { status: 200, headers, stream: Readable.from(first) };
  const stream = new Readable({ read() {} });
  for (const one of first) stream.push(one);
  if (!follows) return { status: 200, headers, stream };
  const timer = setInterval(() => {
    for (const one of unseen(Number.POSITIVE_INFINITY)) stream.push(one);
  }, look);
  stream.once('close', () => clearInterval(timer));
  return { status: 200, headers, stream };
}

function head(query: URLSearchParams, task: Task, { at }: LogLine): string {
  const time = isOn(query, 'timestamps') ? `${new Date(at).toISOString().replace('Z', '000000Z')} ` : '';
  const details = [
    `com.docker.swarm.node.id=${task.node?.id}`,
    `com.docker.swarm.service.id=${task.service.id}`,
    `com.docker.swarm.task.id=${task.id}`,
  ];
  return isOn(query, 'details') ? `${time}${details.join(',')} ` : time;
}
