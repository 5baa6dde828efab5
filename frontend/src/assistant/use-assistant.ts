import { useRef, useState } from 'react';
import { readEvents } from '../api/events.ts';
import { Problem } from '../api/problem.ts';
import { send } from '../api/request.ts';
import type { AssistantEvent } from '../api/schema.generated.ts';
import { translate } from '../i18n/i18n.ts';
import type { RecordLink } from '../timeline/timeline-query.ts';
import { asked, heard, type Message, said } from './conversation.ts';

/** A conversation with the assistant. An answer appears as it is written, and can be stopped. */
export function useAssistant() {
  const [messages, setMessages] = useState<Message[]>([]);
  const running = useRef<AbortController>(undefined);
  const [busy, setBusy] = useState(false);

  const ask = async (text: string, context?: RecordLink) => {
    const before = [...messages, said('user', text)];
    let answer = said('assistant', '');
    const show = (next: Message) => {
      answer = next;
      setMessages([...before, answer]);
    };
    show(answer);
    setBusy(true);
    const controller = new AbortController();
    running.current = controller;
    try {
      const response = await send('POST /ai/assistant', {
        body: { messages: asked(before), context },
        signal: controller.signal,
      });
      for await (const event of readEvents<AssistantEvent>(response.body!)) show(heard(answer, event));
    } catch (error) {
      if (!controller.signal.aborted) show({ ...answer, failure: reasonOf(error) });
    } finally {
      setBusy(false);
    }
  };
  return {
    messages,
    busy,
    ask,
    stop: () => running.current?.abort(),
    clear: () => {
      running.current?.abort();
      setMessages([]);
    },
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof Problem && error.status !== 0) return error.body.detail ?? error.body.title;
  return translate('problem.offline');
}
