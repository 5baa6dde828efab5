import type { LogLine, LogQuery } from '../target.ts';
import { linesOf } from './frames.ts';
import { label } from './names.ts';
import { listServices } from './services.ts';
import { type Site, streamed } from './site.ts';
import { readTable } from './switch.ts';
import { tasksThatTell, writtenBy } from './tasks.ts';

/** What the replicas of a service have written, of the release that serves unless another is asked for. */
export async function* followLogs(site: Site, service: string, query: LogQuery): AsyncGenerator<LogLine> {
  const version = query.version ?? (await readTable(site))?.release;
  if (version === undefined) return;
  const found = await listServices(site, {
    [label.role]: 'service',
    [label.name]: service,
    [label.release]: version,
  });
  const one = found[0];
  if (!one) return;
  const lines = query.lines ?? 100;
  const wanted = `timestamps=1&tail=${lines}`;
  try {
    if (query.follow) {
      const stream = await streamed(site, {
        method: 'GET',
        path: `/services/${one.ID}/logs?stdout=1&stderr=1&${wanted}&follow=1`,
        ...(query.signal && { signal: query.signal }),
      });
      for await (const line of linesOf(stream)) yield lineOf(service, line);
      return;
    }
    // Each replica is asked, because the engine answers for a whole service only when the last of its nodes has.
    const all = await Promise.all(
      (await tasksThatTell(site, one.ID)).map(async ({ ID }) => {
        const own: LogLine[] = [];
        for await (const { text } of writtenBy(site, ID, wanted, query.signal))
          own.push(lineOf(service, text));
        return own;
      }),
    );
    yield* all
      .flat()
      .toSorted((a, b) => ((a.at ?? '') < (b.at ?? '') ? -1 : 1))
      .slice(-lines);
  } catch (error) {
    if (!query.signal?.aborted) throw error;
  }
}

/** The engine puts the time before each line. */
function lineOf(service: string, line: string): LogLine {
  const [, at, text] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ?(.*)$/s.exec(line) ?? [];
  return { service, at: at ?? null, text: text ?? line };
}
