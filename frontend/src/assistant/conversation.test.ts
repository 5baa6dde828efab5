import { expect, it } from 'vitest';
import { asked, heard, isSound, type Proposal, said } from './conversation.ts';

const id = '0123456789abcdef01234567';

it('grows with what arrives, and cites a record once', () => {
  const citation = { type: 'citation', entity: 'deal', id, title: 'Plano' } as const;
  const answer = [
    { type: 'delta', text: 'Há ' } as const,
    citation,
    { type: 'delta', text: 'um.' } as const,
    citation,
    { type: 'done', runId: id } as const,
  ].reduce(heard, said('assistant', ''));
  expect(answer).toMatchObject({ text: 'Há um.', citations: [citation], runId: id });
});

it('runs only what an action may be', () => {
  const proposal = (action: Proposal['action'], path: string) =>
    isSound({
      type: 'proposal',
      action,
      label: '',
      request: { method: 'POST', path, body: {}, ifMatch: null },
    });
  expect(proposal('move_deal', `/deals/${id}/move`)).toBe(true);
  expect(proposal('move_deal', `/deals/${id}/win`)).toBe(false);
  expect(proposal('create_task', '/tasks/../users')).toBe(false);
});

it('sends what was said, without answers that came to nothing', () => {
  expect(asked([said('user', 'Oi'), said('assistant', ''), said('user', 'Ainda aí?')])).toEqual([
    { role: 'user', text: 'Oi' },
    { role: 'user', text: 'Ainda aí?' },
  ]);
});
