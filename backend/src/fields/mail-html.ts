import { convert } from 'html-to-text';
import sanitizeHtml from 'sanitize-html';
import { z } from 'zod';

/** Most characters of an e-mail's HTML. */
const longest = 100_000;

const allowed: sanitizeHtml.IOptions = {
  allowedTags: [
    ...['p', 'br', 'div', 'span', 'b', 'strong', 'i', 'em', 'u', 's', 'a', 'blockquote', 'hr'],
    ...['h1', 'h2', 'h3', 'ul', 'ol', 'li', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
  ],
  allowedAttributes: { a: ['href'], th: ['align'], td: ['align'] },
  allowedSchemes: ['https', 'http', 'mailto', 'tel'],
  allowProtocolRelative: false,
};

/** The HTML that an e-mail may hold: text, lists, tables and links to the web or to an address. No images, scripts, styles. */
export function sanitiseMail(html: string): string {
  return sanitizeHtml(html, allowed);
}

/** The same with its links to the web leading where `to` says. */
export function withLinks(html: string, to: (url: string) => string): string {
  return sanitizeHtml(html, {
    ...allowed,
    transformTags: {
      a: (tagName, { href, ...rest }) => ({
        tagName,
        attribs: href === undefined ? rest : { ...rest, href: /^https?:/i.test(href) ? to(href) : href },
      }),
    },
  });
}

/** The body of an e-mail or of a template for one, made harmless as it comes in. */
export const mailHtml = z.string().max(longest).transform(sanitiseMail);

/** The same as plain text, for whoever reads mail without HTML, for WhatsApp and for previews. */
export function plainText(html: string): string {
  return convert(html, {
    wordwrap: false,
    selectors: [
      { selector: 'table', format: 'dataTable', options: { uppercaseHeaderCells: false } },
      { selector: 'a', options: { hideLinkHrefIfSameAsText: true, linkBrackets: ['<', '>'] } },
      ...['h1', 'h2', 'h3'].map((selector) => ({ selector, options: { uppercase: false } })),
    ],
  }).trim();
}

/** Plain text as it reads in HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
