import type { AssistantEvent } from '../api/schema.generated.ts';

export type Citation = Extract<AssistantEvent, { type: 'citation' }>;
export type Proposal = Extract<AssistantEvent, { type: 'proposal' }>;

/** One thing said. What the assistant says grows while it arrives. */
export interface Message {
  role: 'user' | 'assistant';
  text: string;
  citations: Citation[];
  proposals: Proposal[];
  /** Known when the answer is complete. */
  runId?: string;
  /** Why the answer ended early. */
  failure?: string;
}

export const said = (role: Message['role'], text: string): Message => ({
  role,
  text,
  citations: [],
  proposals: [],
});

/** The message with one more event of its stream. A record is cited once however often it is used. */
export function heard(message: Message, event: AssistantEvent): Message {
  switch (event.type) {
    case 'delta':
      return { ...message, text: message.text + event.text };
    case 'citation':
      return message.citations.some(({ entity, id }) => entity === event.entity && id === event.id)
        ? message
        : { ...message, citations: [...message.citations, event] };
    case 'proposal':
      return { ...message, proposals: [...message.proposals, event] };
    case 'done':
      return { ...message, runId: event.runId };
    case 'error':
      return { ...message, failure: event.title };
  }
}

const paths = {
  create_task: /^\/tasks$/,
  create_lead: /^\/leads$/,
  log_note: /^\/activities$/,
  move_deal: /^\/deals\/[0-9a-f]{24}\/move$/,
  draft_email: /^\/emails$/,
} as const satisfies Record<Proposal['action'], RegExp>;

/** Whether a proposal asks for what its action says, and for nothing else. */
export const isSound = ({ action, request }: Proposal): boolean => paths[action].test(request.path);

const longest = 20;

/** The conversation as the API takes it: what was said, without answers that came to nothing. */
export const asked = (messages: Message[]) =>
  messages
    .filter(({ text }) => text.trim() !== '')
    .slice(-longest)
    .map(({ role, text }) => ({ role, text: text.slice(0, 4000) }));
