import { z } from 'zod';
import { timeOfDay } from '../../text/moment.ts';
import { linesOf } from './frames.ts';
import { edgeName } from './names.ts';
import { serviceNamed } from './services.ts';
import { type Site, streamed } from './site.ts';

/** A line of the edge's log about a certificate that it did not get. */
const line = z.object({
  msg: z.literal('will retry'),
  ts: z.number(),
  error: z.string(),
  retrying_in: z.number().optional(),
});

/** What the authority said when the edge asked last for a certificate of each host, from what it has written lately. */
export async function edgeTroubles(site: Site): Promise<ReadonlyMap<string, string>> {
  const edge = await serviceNamed(site, edgeName);
  if (!edge) return new Map();
  const stream = await streamed(site, {
    method: 'GET',
    path: `/services/${edge.ID}/logs?stdout=1&stderr=1&tail=200`,
  });
  const lines: string[] = [];
  for await (const text of linesOf(stream)) lines.push(text);
  return troublesIn(lines);
}

/** The last trouble of each host in lines of Caddy's log. */
export function troublesIn(lines: readonly string[]): Map<string, string> {
  const troubles = new Map<string, string>();
  const told = lines.flatMap((text) => line.safeParse(jsonIn(text)).data ?? []);
  // One edge after another may have written them.
  for (const { error, ts, retrying_in: wait } of told.toSorted((a, b) => a.ts - b.ts)) {
    const [, host, said] = /^\[([^\]]+)\] (?:Obtain|Renew): (.*)$/s.exec(error) ?? [];
    if (host === undefined || said === undefined) continue;
    const again = wait === undefined ? '' : `; asked again at ${timeOfDay((ts + wait) * 1_000)}`;
    troubles.set(host, `${wordsOf(said)}${again}`);
  }
  return troubles;
}

/** What an authority answers is a problem by RFC 8555 §6.7, in the middle of how Caddy came to it. */
function wordsOf(said: string): string {
  const [, problem, words] = /urn:ietf:params:acme:error:(\w+) - (.*?)(?: \(ca=[^()]*\))?$/s.exec(said) ?? [];
  return problem === undefined ? said : `the authority refuses (${problem}): ${words}`;
}

/** The engine puts what it knows of a line before it. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text.slice(text.indexOf('{')));
  } catch {
    return null;
  }
}
