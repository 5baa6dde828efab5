import type { LogLine, LogQuery } from '../target.ts';
import { linesOf } from './frames.ts';
import { label } from './names.ts';
import { listServices } from './services.ts';
import { type Site, streamed } from './site.ts';
import { readTable } from './switch.ts';

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
  const parameters = new URLSearchParams({
    ...{ stdout: '1', stderr: '1', timestamps: '1', tail: String(lines) },
    ...(query.follow && { follow: '1' }),
  });
  const stream = await streamed(site, {
    method: 'GET',
    path: `/services/${one.ID}/logs?${parameters}`,
    ...(query.signal && { signal: query.signal }),
  });
  const parsed = linesOf(stream);
  try {
    if (query.follow) {
      for await (const line of parsed) yield lineOf(service, line);
      return;
    }
    // Each replica gives as many lines as were asked for, one after the other.
    const all: LogLine[] = [];
    for await (const line of parsed) all.push(lineOf(service, line));
    yield* all.toSorted((a, b) => ((a.at ?? '') < (b.at ?? '') ? -1 : 1)).slice(-lines);
  } catch (error) {
    if (!query.signal?.aborted) throw error;
  }
}

/** The engine puts the time before each line. */
function lineOf(service: string, line: string): LogLine {
  const [, at, text] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ?(.*)$/s.exec(line) ?? [];
  return { service, at: at ?? null, text: text ?? line };
}
