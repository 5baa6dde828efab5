import type { Clock } from 'conductor-backup/retry';
import type { Rest } from '../rest.ts';
import type { LogLine, LogQuery } from '../target.ts';
import { operations, type RenderService } from './operations.ts';

/** Milliseconds between two looks for new lines. */
const pause = 3_000;

/** Log lines of a service. Render has no filter by deploy, so the time of the deploy bounds them. */
export async function* followLogs(
  rest: Rest,
  name: string,
  { id, ownerId }: RenderService,
  deployId: string | null,
  { lines = 100, follow = false, signal }: LogQuery,
  clock: Clock,
): AsyncGenerator<LogLine> {
  const deploy = deployId ? await rest(operations.deploy, { path: { serviceId: id, deployId } }) : undefined;
  const begin = deploy?.startedAt ?? deploy?.createdAt;
  const given = new Set<string>();
  let since: string | undefined;
  for (;;) {
    const { logs } = await rest(operations.logs, {
      query: {
        ownerId,
        resource: [id],
        type: ['app'],
        direction: 'backward',
        limit: since ? 100 : Math.min(lines, 100),
        startTime: since ?? begin,
      },
    });
    const sorted = [...logs].sort((a, b) => a.timestamp.localeCompare(b.timestamp));
    for (const line of sorted) {
      if (given.has(line.id)) continue;
      given.add(line.id);
      yield { service: name, at: line.timestamp, text: line.message };
    }
    since = sorted.at(-1)?.timestamp ?? since ?? new Date(clock.now()).toISOString();
    if (!follow || signal?.aborted) return;
    try {
      await clock.sleep(pause, signal);
    } catch (error) {
      if (signal?.aborted) return;
      throw error;
    }
  }
}
