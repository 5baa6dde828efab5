import { expect, it } from 'vitest';
import { readEvents } from './events.ts';

const bytes = (...parts: string[]) =>
  new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
      controller.close();
    },
  });

it('reads events however they are cut, and passes over comments', async () => {
  const stream = bytes(
    ': hello\n\nevent: delta\nda',
    'ta: {"text":"Ol',
    'á"}\n',
    '\nevent: done\r\ndata: {"runId":1}\r\n\r\n',
  );
  const events: unknown[] = [];
  for await (const event of readEvents(stream)) events.push(event);
  expect(events).toEqual([{ text: 'Olá' }, { runId: 1 }]);
});
