import { existsSync, readdirSync } from 'node:fs';
import type { LogLine, LogQuery } from '../target.ts';
import { follow, logPath, tail } from './host/log-file.ts';

/** Lines to begin with when nobody says how many. */
const defaultLines = 100;

/** Lines of a service or store, oldest first: of the version asked for, else of the one that is live, else of the newest. */
export async function* readLogs(
  folder: string,
  service: string,
  live: string | null,
  { lines = defaultLines, version, follow: on, signal }: LogQuery,
): AsyncGenerator<LogLine> {
  const path = pathOf(folder, service, version ?? live);
  for (const text of tail(path, lines)) yield asLine(service, text);
  if (on !== true) return;
  for await (const text of follow(path, signal)) yield asLine(service, text);
}

function pathOf(folder: string, service: string, version: string | null): string {
  const own = version === null ? null : logPath(folder, service, version);
  if (own !== null && existsSync(own)) return own;
  // Stores outlive releases: their log has no version.
  const plain = logPath(folder, service);
  if (existsSync(plain)) return plain;
  if (version !== null || !existsSync(folder)) return own ?? plain;
  const newest = readdirSync(folder)
    .filter((name) => name.startsWith(`${service}@`) && name.endsWith('.log'))
    .toSorted()
    .at(-1);
  return newest === undefined ? plain : `${folder}/${newest}`;
}

/** Services log for machines (JSON with `time`) or for people; only the former say when. */
function asLine(service: string, text: string): LogLine {
  return { service, at: timeOf(text), text };
}

function timeOf(text: string): string | null {
  const own = /^\[conductor (\S+)\]/.exec(text)?.[1];
  if (own !== undefined) return own;
  if (!text.startsWith('{')) return null;
  const time = /"time":(?:"([^"]+)"|(\d+))/.exec(text);
  const date = new Date(time?.[1] ?? Number(time?.[2]));
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
