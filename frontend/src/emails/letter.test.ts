import { expect, it } from 'vitest';
import { bodyOf, type Draft, hasWholeAddresses } from './letter.ts';

const draft: Draft = {
  to: ['ana@cliente.example'],
  cc: [],
  bcc: [],
  subject: ' Oi ',
  body: 'a < b\nc ',
  html: null,
  templateId: null,
  files: [],
  tracking: true,
};

it('saves what was written as HTML that reads the same', () => {
  expect(bodyOf(draft)).toMatchObject({ subject: 'Oi', bodyHtml: 'a &lt; b<br>c' });
  const file = { id: 'one', name: 'a.pdf', size: 1, type: 'application/pdf' };
  expect(bodyOf({ ...draft, files: [file] }).fileIds).toEqual(['one']);
});

it('keeps the form of a template of which no word was changed', () => {
  expect(bodyOf({ ...draft, html: '<p><b>a</b></p>', templateId: 'x' }).bodyHtml).toBe('<p><b>a</b></p>');
});

it('saves no address that is still being written, and does not send to one', () => {
  const half = { ...draft, cc: ['bia@'] };
  expect(bodyOf(half).cc).toEqual([]);
  expect(hasWholeAddresses(half)).toBe(false);
  expect(hasWholeAddresses({ ...draft, to: [] })).toBe(false);
  expect(hasWholeAddresses(draft)).toBe(true);
});
