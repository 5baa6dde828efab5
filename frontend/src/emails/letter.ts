import type { Body } from '../api/request.ts';
import { htmlText, textHtml } from '../timeline/html.ts';
import type { Email } from './emails-query.ts';

/** A file that goes with a letter. */
export type Attached = Email['files'][number];

/** A letter as it is written: plain text, or a template's own HTML until somebody changes a word of it. */
export interface Draft {
  to: string[];
  cc: string[];
  bcc: string[];
  subject: string;
  body: string;
  /** The template's HTML, while `body` is still its text. */
  html: string | null;
  templateId: string | null;
  files: Attached[];
  tracking: boolean;
}

const address = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const whole = (list: readonly string[]) => list.filter((one) => address.test(one));

/** Whether everybody it goes to has an address that could be one. */
export const hasWholeAddresses = ({ to, cc, bcc }: Draft): boolean =>
  to.length > 0 && [...to, ...cc, ...bcc].every((one) => address.test(one));

/** What is saved of it; an address that is still being written is not. */
export function bodyOf(draft: Draft): Body<'POST /emails'> & object {
  return {
    to: whole(draft.to),
    cc: whole(draft.cc),
    bcc: whole(draft.bcc),
    subject: draft.subject.trim(),
    bodyHtml: draft.html ?? textHtml(draft.body.trim()),
    templateId: draft.templateId,
    fileIds: draft.files.map(({ id }) => id),
    tracking: draft.tracking,
  };
}

/** A saved letter, to be written on. */
export function draftOf(email: Email): Draft {
  const { to, cc, bcc, subject, bodyHtml, templateId, files, tracking } = email;
  const html = templateId === null ? null : bodyHtml;
  return { to, cc, bcc, subject, body: htmlText(bodyHtml), html, templateId, files, tracking };
}
