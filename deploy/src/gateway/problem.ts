import type { IncomingMessage, ServerResponse } from 'node:http';

/** What the gateway itself has to say when no service answers. */
export type Problem =
  | 'bad-request'
  | 'no-tunnel'
  | 'request-timeout'
  | 'headers-too-large'
  | 'not-implemented'
  | 'bad-gateway'
  | 'nothing-deployed'
  | 'unavailable'
  | 'timeout';

const problems: Record<Problem, { status: number; title: string; detail: string }> = {
  'bad-request': { status: 400, title: 'Bad request', detail: 'The request is not valid HTTP.' },
  'no-tunnel': { status: 405, title: 'Method not allowed', detail: 'CONNECT is for proxies to anywhere.' },
  'request-timeout': {
    status: 408,
    title: 'Request timeout',
    detail: 'The request did not come to its end in time.',
  },
  'headers-too-large': {
    status: 431,
    title: 'Request header fields too large',
    detail: 'The headers of the request are longer than 128 KiB.',
  },
  'not-implemented': {
    status: 501,
    title: 'Not implemented',
    detail: 'The only transfer coding that is understood is chunked.',
  },
  'bad-gateway': {
    status: 502,
    title: 'Bad gateway',
    detail: 'The service ended the connection before it answered.',
  },
  'nothing-deployed': {
    status: 503,
    title: 'Nothing is deployed',
    detail: 'No release serves this address yet.',
  },
  unavailable: {
    status: 503,
    title: 'Service unavailable',
    detail: 'The service is starting, or starting again.',
  },
  timeout: { status: 504, title: 'Gateway timeout', detail: 'The service did not answer in time.' },
};

/** Answers with a problem (RFC 9457), or with a page where a browser asks for one. Gives its status. */
export function answerProblem(req: IncomingMessage, res: ServerResponse, problem: Problem): number {
  const { status, title, detail } = problems[problem];
  if (res.headersSent || res.destroyed) {
    res.destroy();
    return status;
  }
  const page = req.headers.accept?.includes('text/html') === true;
  const body = page ? html(title, detail) : JSON.stringify({ type: 'about:blank', title, status, detail });
  res.writeHead(status, {
    'Content-Type': page ? 'text/html; charset=utf-8' : 'application/problem+json',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    ...(status === 503 ? { 'Retry-After': '1' } : {}),
    // What is left of the request's body would be taken for the next request.
    ...(req.complete ? {} : { Connection: 'close' }),
  });
  res.end(req.method === 'HEAD' ? undefined : body);
  return status;
}

/** The same for a connection whose request could not be read, so that there is no response object. */
export function rawProblem(problem: Problem): string {
  const { status, title, detail } = problems[problem];
  const body = JSON.stringify({ type: 'about:blank', title, status, detail });
  return [
    `HTTP/1.1 ${status} ${title}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}

const html = (title: string, detail: string) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 32rem; margin: 20vh auto; padding: 0 1rem }</style>
<h1>${title}</h1>
<p>${detail}</p>
</html>
`;
