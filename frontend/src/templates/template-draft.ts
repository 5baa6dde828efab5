import type { Answer, Body } from '../api/request.ts';
import { htmlText, textHtml } from '../timeline/html.ts';

export type Template = Answer<'GET /templates/{id}'>;
export type Channel = Template['channel'];
export type Variable = Template['variables'][number];

export const channels = ['email', 'whatsapp'] as const satisfies Channel[];

/** A template as it is written: its body as text, whatever form it has. */
export interface TemplateDraft {
  name: string;
  channel: Channel;
  locale: Template['locale'];
  subject: string;
  body: string;
  shared: boolean;
}

/** What a form of a template begins with: what is saved, or what a new one is a copy of. */
export type Beginning = Required<Body<'POST /templates'>>;

export const draftOf = ({ name, channel, locale, subject, body, shared }: Beginning): TemplateDraft => ({
  name,
  channel,
  locale,
  subject,
  body: htmlText(body),
  shared,
});

/** A text as its HTML would read again. */
const asRead = (body: string) => body.replace(/\n{3,}/g, '\n\n').trim();

/** What is saved of a draft. A body of which no word was changed (`text`: how it read) keeps the form it had in `base`. */
export function bodyOf(draft: TemplateDraft, base: Beginning, text: string): Beginning {
  return {
    name: draft.name.trim(),
    channel: draft.channel,
    locale: draft.locale,
    subject: draft.channel === 'email' ? draft.subject.trim() : '',
    body: asRead(draft.body) === text ? base.body : textHtml(draft.body.trim()),
    shared: draft.shared,
  };
}

/** The fields of a draft that differ from `base`; none where nothing is to be saved. */
export function changesOf(draft: TemplateDraft, base: Beginning, text: string): Partial<Beginning> {
  const written = Object.entries(bodyOf(draft, base, text)) as [keyof Beginning, unknown][];
  return Object.fromEntries(written.filter(([field, value]) => value !== base[field]));
}

/** Whether a body has a form, such as bold words or links, which is lost once its text is changed. */
export const hasForm = (html: string): boolean => /<(?!\/?(?:p|div|br)\b)/i.test(html);
