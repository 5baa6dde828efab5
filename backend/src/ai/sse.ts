import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem, problemKinds, problemLanguage } from '../problem.ts';
import type { AssistantEvent } from './schema.ts';

/**
 * Answers with server-sent events. What fails before the first event is an ordinary problem; what fails later is an
 * `error` event, since the status line is long gone. A reader that leaves ends the work.
 */
export async function sendEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  events: AsyncGenerator<AssistantEvent>,
): Promise<FastifyReply> {
  const first = await events.next();
  reply.hijack();
  const { raw } = reply;
  const left = () => void events.return(undefined);
  raw.on('close', left);
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) raw.setHeader(name, value);
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  const write = (event: AssistantEvent) =>
    raw.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  try {
    if (!first.done) write(first.value);
    for await (const event of events) write(event);
  } catch (error) {
    const code = error instanceof Problem ? error.code : 'internal';
    if (code === 'internal') request.log.error({ err: error }, 'the assistant failed');
    const title = problemKinds[code][problemLanguage(request.headers['accept-language'])];
    write({ type: 'error', code, title });
  } finally {
    raw.off('close', left);
    raw.end();
  }
  return reply;
}
