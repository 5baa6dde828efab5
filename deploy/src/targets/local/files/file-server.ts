import { existsSync, realpathSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import send, { type SendOptions, type SendResult } from '@fastify/send';
import { isKeptForGood } from './kept-for-good.ts';

// RFC 9239; the list that it brings is older.
send.mime.define({ 'text/javascript': ['js', 'mjs'] }, true);

export interface Files {
  /** Absolute folder that holds them. */
  readonly folder: string;
  /** Public paths under which they are: `/docs/a.css` is `docs/a.css` where there is such a file, else `a.css`. */
  readonly paths: readonly string[];
  /** File that answers paths of pages that there is no file for, as single-page applications want it. */
  readonly fallback?: string | undefined;
}

/** Answers a request with a file. Never rejects. */
export type FileServer = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

/**
 * Serves the files of a folder, and nothing outside it: right types, conditional requests and ranges, `index.html` of folders, `about.html`
 * for `/about`, `404.html` for what there is not. No file whose path has a part that begins with a dot, but those below `.well-known`.
 */
export function fileServer({ folder, paths, fallback }: Files): FileServer {
  const root = realpathSync(folder);
  const options: SendOptions = {
    root,
    dotfiles: 'allow',
    extensions: ['html'],
    cacheControl: false,
    onFile: async (path) => {
      if (!(await realpath(path)).startsWith(root + sep)) throw new Elsewhere();
    },
  };
  const prefixes = paths.map((path) => path.replace(/\/+$/, '')).filter((prefix) => prefix !== '');

  /** What there is for a path, tried in the order in which it may be meant; undefined: nothing. */
  async function find(req: Asked, path: string): Promise<SendResult | undefined> {
    const below = prefixes.find((prefix) => path === prefix || path.startsWith(`${prefix}/`));
    const tries = below === undefined ? [path] : [path, path.slice(below.length) || '/'];
    for (const candidate of tries) {
      const found = await send(req as IncomingMessage, candidate, options).catch((error: unknown) => {
        if (error instanceof Elsewhere) return undefined;
        throw error;
      });
      if (found?.type === 'file') return found;
      if (found?.type === 'directory' && existsSync(join(found.metadata.path, 'index.html'))) return found;
      // 412 and 416: it is there, and not as it was asked for.
      if (found?.type === 'error' && found.statusCode > 404) return found;
    }
    return undefined;
  }

  return async (req, res) => {
    try {
      res.setHeader('X-Content-Type-Options', 'nosniff');
      if (req.method !== 'GET' && req.method !== 'HEAD') {
        res.setHeader('Allow', 'GET, HEAD');
        return say(res, 405, 'Method not allowed');
      }
      const [path = '/', query] = split(req.url ?? '/');
      const parts = partsOf(path);
      if (parts === null) return say(res, 400, 'Bad request');
      const found = parts.some(isHidden) ? undefined : await find(req, path);
      if (found?.type === 'directory') {
        // With two slashes at its beginning it would lead to another host.
        res.setHeader('Location', `${path.replace(/^\/+/, '/')}/${query === undefined ? '' : `?${query}`}`);
        return say(res, 301, 'Moved permanently');
      }
      if (found) return await answer(res, found, isKeptForGood(path));
      // A page of the application, and not a file that is missing.
      const asksForPage = !(parts.at(-1) ?? '').includes('.') && !parts.some(isHidden);
      const page =
        fallback !== undefined && asksForPage ? await find(unconditional(req), `/${fallback}`) : undefined;
      if (page?.type === 'file') return await answer(res, page, false);
      const missing = await find(unconditional(req), '/404.html');
      if (missing?.type === 'file') return await answer(res, { ...missing, statusCode: 404 }, false);
      return say(res, 404, 'Not found');
    } catch (error) {
      // The client has left, or the file has gone while it was read: half an answer must not look like a whole one.
      if (res.headersSent) res.destroy();
      else say(res, 500, 'Internal server error');
      if (!res.destroyed) console.error(error);
    }
  };
}

/** The file lies outside the folder: a link leads there. */
class Elsewhere extends Error {}

/** As much of a request as a file is looked for by. */
type Asked = Pick<IncomingMessage, 'headers' | 'method'>;

/** What stands in for a file is not what a browser has kept under this address. */
const unconditional = ({ method }: IncomingMessage): Asked => ({ headers: {}, ...(method && { method }) });

const split = (url: string): string[] => {
  const at = url.indexOf('?');
  return at === -1 ? [url] : [url.slice(0, at), url.slice(at + 1)];
};

/** The parts of a path between its slashes, whichever way those are written; null for one that cannot be read. */
function partsOf(path: string): string[] | null {
  try {
    return decodeURIComponent(path).split(/[/\\]/);
  } catch {
    return null;
  }
}

/** `..` is one of them. */
const isHidden = (part: string, at: number): boolean =>
  part.startsWith('.') && !(part === '.well-known' && at === 1);

async function answer(res: ServerResponse, found: SendResult, forGood: boolean): Promise<void> {
  for (const [name, value] of Object.entries(found.headers)) res.setHeader(name, value);
  res.setHeader('Cache-Control', forGood ? 'public, max-age=31536000, immutable' : 'no-cache');
  res.statusCode = found.statusCode;
  await pipeline(found.stream, res);
}

function say(res: ServerResponse, status: number, text: string): void {
  res.statusCode = status;
  res.setHeader('Cache-Control', 'no-cache');
  res.setHeader('Content-Type', 'text/plain; charset=utf-8');
  res.end(`${text}\n`);
}
