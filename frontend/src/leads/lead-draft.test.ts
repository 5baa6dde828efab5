import { expect, it } from 'vitest';
import { draftBody, draftProblems, emptyDraft } from './lead-draft.ts';

it('wants a name and one way to reach the person', () => {
  expect(draftProblems(emptyDraft)).toEqual({ name: 'leads.form.nameShort', email: 'leads.form.reach' });
  expect(draftProblems({ ...emptyDraft, name: 'Ana', phone: '11 91234-5678' })).toEqual({});
  expect(draftProblems({ ...emptyDraft, name: 'Ana', email: 'ana@example.com' })).toEqual({});
});

it('notices an e-mail that cannot be one', () => {
  expect(draftProblems({ ...emptyDraft, name: 'Ana', email: 'ana@' })).toEqual({
    email: 'leads.form.emailWrong',
  });
});

it('sends only what was filled in, trimmed', () => {
  expect(draftBody({ ...emptyDraft, name: ' Ana ', email: 'ana@example.com ' })).toEqual({
    name: 'Ana',
    email: 'ana@example.com',
    source: 'other',
  });
});
