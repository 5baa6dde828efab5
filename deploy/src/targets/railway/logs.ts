import type { Clock } from 'conductor-backup/retry';
import type { LogLine, LogQuery } from '../target.ts';
import type { Api } from './api.ts';
import { operations } from './operations.ts';

/** Milliseconds between two looks for new lines. */
const pause = 3_000;

/** Log lines of a deployment. Railway pages by time, and two lines can have the same: those already given are left out. */
export async function* followLogs(
  api: Api,
  service: string,
  id: string,
  { lines = 100, follow = false, signal }: LogQuery,
  clock: Clock,
): AsyncGenerator<LogLine> {
  let since: string | undefined;
  let given = new Set<string>();
  for (;;) {
    const { deploymentLogs } = await api(operations.logs, {
      id,
      limit: since ? 1000 : lines,
      ...(since ? { startDate: since } : {}),
    });
    const sorted = [...deploymentLogs].sort((a, b) => a.timestamp.localeCompare(b.timestamp));
    for (const { timestamp, message } of sorted) {
      if (given.has(`${timestamp} ${message}`)) continue;
      yield { service, at: timestamp, text: message };
    }
    since = sorted.at(-1)?.timestamp ?? since;
    given = new Set(sorted.map(({ timestamp, message }) => `${timestamp} ${message}`));
    if (!follow || signal?.aborted) return;
    try {
      await clock.sleep(pause, signal);
    } catch (error) {
      if (signal?.aborted) return;
      throw error;
    }
  }
}
