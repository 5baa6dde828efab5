import { expect, it } from 'vitest';
import { draftBody, draftProblems, emptyDraft } from './lead-draft.ts';

const empty = emptyDraft({ ownerId: '', estimate: { typed: '', currency: 'BRL' } });

it('wants a name and one way to reach the person', () => {
  expect(draftProblems(empty)).toEqual({ name: 'leads.form.nameShort', email: 'leads.form.reach' });
  expect(draftProblems({ ...empty, name: 'Ana', phone: '11 91234-5678' })).toEqual({});
  expect(draftProblems({ ...empty, name: 'Ana', email: 'ana@example.com' })).toEqual({});
});

it('notices an e-mail that cannot be one', () => {
  expect(draftProblems({ ...empty, name: 'Ana', email: 'ana@' })).toEqual({
    email: 'leads.form.emailWrong',
  });
});

it('sends only what was filled in, trimmed', () => {
  expect(draftBody({ ...empty, name: ' Ana ', email: 'ana@example.com ' }, 'en')).toEqual({
    name: 'Ana',
    email: 'ana@example.com',
    source: 'other',
  });
});

it('sends an estimate as cents of its currency', () => {
  const estimate = { typed: '1.234,5', currency: 'USD' } as const;
  expect(draftBody({ ...empty, name: 'Ana', estimate }, 'pt-BR')).toMatchObject({
    estimatedValueCents: 123_450,
    currency: 'USD',
  });
});
