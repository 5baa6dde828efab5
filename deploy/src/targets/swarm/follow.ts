import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { z } from 'zod';

const message = z.object({
  stream: z.string().optional(),
  status: z.string().optional(),
  error: z.string().optional(),
});

/** What the engine tells while it works, a document of JSON each line; the last one may be why it has failed. */
export async function follow(stream: Readable, line: (text: string) => void): Promise<string | null> {
  let failure: string | null = null;
  for await (const text of createInterface({ input: stream })) {
    if (text.trim() === '') continue;
    const { stream: said, error } = message.parse(JSON.parse(text));
    if (said?.trim()) line(said.trimEnd());
    if (error !== undefined) failure = error;
  }
  return failure;
}
