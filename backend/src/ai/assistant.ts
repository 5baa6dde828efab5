import type { Principal } from '../policy/principal.ts';
import { dateFormat } from '../texts/formats.ts';
import { language } from './answers.ts';
import type { Asker } from './asker.ts';
import { type AssistantNeeds, assistantTools } from './assistant-tools.ts';
import type { AssistantEvent, AssistantRequest } from './schema.ts';
import { untrustedRule } from './untrusted.ts';

const task = `You are the assistant inside a CRM of a small company. Answer briefly and only from what your tools show; say so
when you do not know. You cannot change anything: propose_action shows the user a proposal that they confirm or not, so never
say that something was done. Money is in cents. Name records by their names.`;

/**
 * Answers in a conversation, event by event. Tools read with the rights of whoever asks; what would change something is
 * only proposed. Throws a problem where nobody can answer.
 */
export async function* assist(
  needs: AssistantNeeds & { asker: Asker },
  principal: Principal,
  { messages, context }: AssistantRequest,
): AsyncGenerator<AssistantEvent> {
  const { asker } = needs;
  const org = await asker.org(principal.orgId);
  const shown: AssistantEvent[] = [];
  const open = context ? `The user has ${context.entity} ${context.id} open.` : '';
  const today = dateFormat('en-CA', { timeZone: principal.timezone }).format(new Date());
  const talk = asker.talk(
    principal,
    { kind: 'assistant', entityKey: context ? `${context.entity}:${context.id}` : null },
    {
      system: `${task}\n${untrustedRule}\n${language(org.locale)}\nToday is ${today}. ${open}`,
      messages,
      tools: assistantTools(needs, principal, (event) => shown.push(event)),
    },
  );
  for (;;) {
    const piece = await talk.next();
    yield* shown.splice(0);
    if (piece.done) return yield { type: 'done', runId: piece.value.runId };
    yield { type: 'delta', text: piece.value };
  }
}
