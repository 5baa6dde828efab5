import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Finding } from '../model/finding.ts';
import type { Where } from './handshake.ts';

/** Seconds of HSTS from which SSL Labs gives an A+ (180 days); a year is what the preload list asks for. */
const hstsForAPlus = 15_552_000;

/** A path that a redirect must keep, with a query. */
const sample = '/a/path?of=a-visitor';

interface Response {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** What a visitor's browser meets: HTTP leads to HTTPS, `www` to the apex, and the answers carry the security headers. */
export async function checkWeb(host: string, where: Where): Promise<Finding[]> {
  const apex = host.startsWith('www.') ? host.slice(4) : null;
  const expected = `https://${host}${sample}`;
  const checks = [
    checkRedirect(`HTTP → HTTPS on ${host}`, () => get('http', host, sample, where), [
      expected,
      // Straight to the apex saves the visitor a second redirect.
      ...(apex === null ? [] : [`https://${apex}${sample}`]),
    ]),
    apex === null
      ? checkHeaders(host, where)
      : checkRedirect(`www → apex on ${host}`, () => get('https', host, sample, where), [
          `https://${apex}${sample}`,
        ]),
  ];
  return (await Promise.all(checks)).flat();
}

async function checkRedirect(
  title: string,
  ask: () => Promise<Response>,
  expected: readonly string[],
): Promise<Finding[]> {
  const fix = `Answer 301 or 308 with Location: ${expected[0]}`;
  let response: Response;
  try {
    response = await ask();
  } catch (error) {
    return [{ level: 'failure', title, detail: (error as Error).message, fix }];
  }
  const location = response.headers.location;
  if (response.status < 300 || response.status > 399 || location === undefined)
    return [{ level: 'failure', title, detail: `answers ${response.status} without a redirect`, fix }];
  if (!expected.includes(location))
    return [{ level: 'failure', title, detail: `leads to ${location}; path and query must be kept`, fix }];
  if (response.status !== 301 && response.status !== 308)
    return [
      {
        level: 'warning',
        title,
        detail: `${response.status} is temporary: browsers ask again each time`,
        fix,
      },
    ];
  return [{ level: 'ok', title, detail: String(response.status) }];
}

async function checkHeaders(host: string, where: Where): Promise<Finding[]> {
  const title = `Security headers of ${host}`;
  let response: Response;
  try {
    response = await get('https', host, '/', where);
  } catch (error) {
    return [
      {
        level: 'failure',
        title,
        detail: (error as Error).message,
        fix: 'See the certificate’s finding first.',
      },
    ];
  }
  return [hstsFinding(host, response.headers), headersFinding(title, response.headers)];
}

function hstsFinding(host: string, headers: IncomingHttpHeaders): Finding {
  const title = `HSTS of ${host}`;
  const value = headers['strict-transport-security'];
  const seconds = Number(/max-age=(\d+)/i.exec(value ?? '')?.[1] ?? Number.NaN);
  if (seconds >= hstsForAPlus) return { level: 'ok', title, detail: value ?? '' };
  return {
    level: 'failure',
    title,
    detail: value ?? 'missing',
    fix: 'Send Strict-Transport-Security: max-age=31536000; includeSubDomains.',
  };
}

function headersFinding(title: string, headers: IncomingHttpHeaders): Finding {
  const missing = [
    ['content-security-policy', /./],
    ['x-content-type-options', /nosniff/i],
    ['referrer-policy', /./],
  ] as const;
  const absent = missing.flatMap(([name, wanted]) =>
    wanted.test(String(headers[name] ?? '')) ? [] : [name],
  );
  return absent.length === 0
    ? { level: 'ok', title }
    : { level: 'failure', title, detail: `missing: ${absent.join(', ')}`, fix: 'Send them with every page.' };
}

function get(scheme: 'http' | 'https', host: string, path: string, where: Where): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const secure = scheme === 'https';
  const request = (secure ? httpsRequest : httpRequest)({
    host: where.address ?? host,
    port: secure ? (where.httpsPort ?? 443) : (where.httpPort ?? 80),
    path,
    headers: { host },
    servername: host,
    agent: false,
    timeout: where.timeout ?? 5_000,
    ...(where.ca === undefined ? {} : { ca: where.ca }),
  });
  request.once('timeout', () => request.destroy(new Error('no answer in time')));
  request.once('error', reject);
  request.once('response', (message) => {
    message.resume();
    resolve({ status: message.statusCode ?? 0, headers: message.headers });
  });
  request.end();
  return promise;
}
