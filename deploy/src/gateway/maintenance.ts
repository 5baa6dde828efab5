import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** By which Conductor's own requests say that they are to be let through. No service ever sees it. */
export const passHeader = 'x-conductor-pass';

/** Seconds after which a client is asked to try again. */
const retryAfter = 60;

/** Visitors are kept out. */
export interface Closed {
  /** For people; left out: the usual words. */
  readonly message?: string | undefined;
  /** Secret that lets a request through. */
  readonly pass: string;
}

/** Whether a request is let through all the same. */
export function isLetThrough({ pass }: Closed, { headers }: Pick<IncomingMessage, 'headers'>): boolean {
  const given = Buffer.from(String(headers[passHeader] ?? ''));
  const wanted = Buffer.from(pass);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

const words = {
  en: {
    tag: 'en',
    title: 'Under maintenance',
    message: 'We are working on this site. Please come back in a few minutes.',
  },
  pt: {
    tag: 'pt-BR',
    title: 'Em manutenção',
    message: 'Estamos trabalhando neste site. Volte em alguns minutos.',
  },
} as const;

/** The language of ours that a client likes best; English where it says none. */
export function languageOf(accepted: string | undefined): keyof typeof words {
  const wishes = (accepted ?? '').split(',').flatMap((part) => {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
    const quality = parameters.map((each) => /^\s*q\s*=\s*([\d.]+)\s*$/.exec(each)?.[1]).find(Boolean);
    const language = tag.split('-', 1)[0];
    const weight = quality === undefined ? 1 : Number(quality);
    return (language === 'pt' || language === 'en') && weight > 0 ? [{ language, weight } as const] : [];
  });
  // The first of several that are liked alike.
  return wishes.toSorted((a, b) => b.weight - a.weight)[0]?.language ?? 'en';
}

/** Says to a visitor that the environment is under maintenance: a page to a browser, a problem (RFC 9457) to any other program. */
export function answerMaintenance(req: IncomingMessage, res: ServerResponse, { message }: Closed): void {
  const { tag, title, message: usual } = words[languageOf(req.headers['accept-language'])];
  const detail = message ?? usual;
  const page = req.headers.accept?.includes('text/html') === true;
  const problem = { type: 'about:blank', title, status: 503, detail };
  const body = page ? html(message === undefined ? tag : null, title, detail) : JSON.stringify(problem);
  res.writeHead(503, {
    'Content-Type': page ? 'text/html; charset=utf-8' : 'application/problem+json',
    'Content-Length': Buffer.byteLength(body),
    // What somebody has written is in whatever language they wrote it.
    ...(message === undefined && { 'Content-Language': tag }),
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    'Cache-Control': 'no-store',
    Vary: 'Accept, Accept-Language',
    'Retry-After': String(retryAfter),
    // What is left of the request's body would be taken for the next request.
    ...(req.complete ? {} : { Connection: 'close' }),
  });
  res.end(req.method === 'HEAD' ? undefined : body);
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => escapes[character]!);

const html = (language: string | null, title: string, detail: string) => `<!doctype html>
<html${language === null ? '' : ` lang="${language}"`}>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>:root { color-scheme: light dark } body { font: 16px/1.5 system-ui, sans-serif; max-width: 32rem; margin: 20vh auto; padding: 0 1rem } p { white-space: pre-line; overflow-wrap: anywhere }</style>
<h1>${title}</h1>
<p>${escaped(detail)}</p>
</html>
`;
