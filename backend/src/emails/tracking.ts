import { randomBytes } from 'node:crypto';
import { withLinks } from '../fields/mail-html.ts';

/** What a letter carries to be known again, and by whom it may be asked to stop. Tokens are 128 random bits. */
export interface Track {
  /** Of the picture that says the letter was opened; null where nobody wants to know. */
  openToken: string | null;
  /** Where each link really leads. Empty where nobody counts clicks. */
  links: { token: string; url: string }[];
  /** Of the page that ends letters to this address; null where there is none. */
  unsubscribeToken: string | null;
  /** The last ones, with nothing about who it was. */
  events: TrackEvent[];
}

export interface TrackEvent {
  type: 'open' | 'click';
  at: Date;
  /** Probably a machine that looks at mail before its reader does. */
  machine: boolean;
}

const newToken = () => randomBytes(16).toString('base64url');
export const tokenPattern = /^[A-Za-z0-9_-]{22}$/;
/** Events kept of one letter. */
export const mostEvents = 50;

/** The tokens of a letter about to be queued. */
export function newTrack(
  html: string,
  { opens, clicks, unsubscribe }: { opens: boolean; clicks: boolean; unsubscribe: boolean },
): Track {
  const urls = new Set<string>();
  if (clicks)
    withLinks(html, (url) => {
      urls.add(url);
      return url;
    });
  return {
    openToken: opens ? newToken() : null,
    links: [...urls].map((url) => ({ token: newToken(), url })),
    unsubscribeToken: unsubscribe ? newToken() : null,
    events: [],
  };
}

/** The letter with links that are counted and a picture that is; `base` is the API's public address. */
export function tracked(html: string, { openToken, links }: Track, base: string): string {
  const tokens = new Map(links.map(({ token, url }) => [url, token]));
  const counted = withLinks(html, (url) => {
    const token = tokens.get(url);
    return token === undefined ? url : `${base}/t/c/${token}`;
  });
  return openToken === null
    ? counted
    : `${counted}<img src="${base}/t/o/${openToken}.gif" width="1" height="1" alt="">`;
}

export const unsubscribeUrl = (token: string, base: string) => `${base}/t/u/${token}`;

const machines =
  /bot\b|crawl|spider|preview|prefetch|scan|monitor|barracuda|mimecast|proofpoint|symantec|trendmicro|python|curl|wget|java\/|go-http|okhttp|headless/i;
/** Mail is looked at by machines as it arrives; people take longer. */
const tooSoonMs = 10_000;

/** Whether it was probably a machine that asked. */
export function isMachine(
  { method, headers }: { method: string; headers: Readonly<Record<string, string | string[] | undefined>> },
  sentAt: Date | null,
  now: Date,
): boolean {
  const prefetched = headers.purpose ?? headers['sec-purpose'] ?? headers['x-purpose'];
  return (
    method === 'HEAD' ||
    prefetched !== undefined ||
    sentAt === null ||
    now.getTime() - sentAt.getTime() < tooSoonMs ||
    machines.test(String(headers['user-agent'] ?? ''))
  );
}
