import { describe, expect, it } from 'vitest';
import { type Beginning, bodyOf, changesOf, hasForm, type TemplateDraft } from './template-draft.ts';

const base: Beginning = {
  name: 'Proposta',
  channel: 'email',
  locale: 'pt-BR',
  subject: 'Olá, {{first_name}}',
  body: '<p>Olá <b>{{first_name}}</b>,</p><p>segue a proposta.</p>',
  shared: false,
};

const text = 'Olá {{first_name}},\nsegue a proposta.';
const draft: TemplateDraft = { ...base, body: text };

describe('a template that is written', () => {
  it('has nothing to be saved before anything was changed, and then only what was', () => {
    expect(changesOf(draft, base, text)).toEqual({});
    const changes = changesOf({ ...draft, name: ' Outra ', shared: true }, base, text);
    expect(changes).toEqual({ name: 'Outra', shared: true });
  });

  it('keeps the form of a body of which no word was changed; a new text is saved as text', () => {
    expect(bodyOf(draft, base, text).body).toBe(base.body);
    const changed = bodyOf({ ...draft, body: 'a < b\n{{first_name}} ' }, base, text);
    expect(changed.body).toBe('a &lt; b<br>{{first_name}}');
  });

  it('for WhatsApp has no subject, and has it again once it is for e-mail', () => {
    const spoken = { ...draft, channel: 'whatsapp' as const };
    expect(bodyOf(spoken, base, text).subject).toBe('');
    expect(bodyOf({ ...spoken, channel: 'email' }, base, text).subject).toBe(base.subject);
  });

  it.each([
    ['<p>a</p><p>b<br />c</p>', false],
    ['a<br>b', false],
    ['<p>a <b>b</b></p>', true],
    ['<a href="https://example.com">a</a>', true],
    ['<ul><li>a</li></ul>', true],
  ])('%s has a form of its own: %s', (html, has) => {
    expect(hasForm(html)).toBe(has);
  });
});
