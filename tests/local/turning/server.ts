/**
 * A release that is good, and turns bad some seconds after its first visitor, as `fault.txt` says: `errors 10` (one answer of 20
 * fails), `pages 10` (three of 10, and its log says nothing of it), `slow 10` (five times as long), `crash 10` (the worker ends, again and again). Since when is in each answer.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const { PORT, HOST, CONDUCTOR_RELEASE = '', CONDUCTOR_SERVICE, METRICS_TOKEN } = process.env;
const [fault = 'none', after = '0'] = existsSync('fault.txt')
  ? readFileSync('fault.txt', 'utf8').split(' ')
  : [];
const usualMs = 200;
console.log(`${CONDUCTOR_SERVICE} of ${CONDUCTOR_RELEASE} begins`);
// Both services of a release run in its folder.
const [visited, turned] = ['visited-at.txt', 'bad-since.txt'];
const read = (file: string) => (existsSync(file) ? Number(readFileSync(file, 'utf8')) : null);

/** Since when it is bad, in ms since 1970; null while it is good. */
function badSince(): number | null {
  const first = read(visited);
  if (fault === 'none' || first === null) return null;
  const at = first + Number(after) * 1_000;
  if (Date.now() < at) return null;
  if (!existsSync(turned)) writeFileSync(turned, String(at));
  return at;
}

let answers = 0;
let failed = 0;
const bounds = [0.1, 0.25, 0.5, 1, 2.5];
const buckets = bounds.map(() => 0);
const metrics = () =>
  [
    `conductor_http_requests_total{status="2xx"} ${answers - failed}`,
    `conductor_http_requests_total{status="5xx"} ${failed}`,
    ...bounds.map(
      (bound, at) => `conductor_http_request_duration_seconds_bucket{le="${bound}"} ${buckets[at]}`,
    ),
    `conductor_http_request_duration_seconds_bucket{le="+Inf"} ${answers}`,
    '',
  ].join('\n');

const server = createServer((req, res) => {
  res.setHeader('X-Release', CONDUCTOR_RELEASE);
  if (req.url === '/health') return res.end();
  if (req.url === '/metrics') {
    const opened = req.headers.authorization === `Bearer ${METRICS_TOKEN}`;
    return res.writeHead(opened ? 200 : 401).end(opened ? metrics() : '');
  }
  if (!existsSync(visited)) writeFileSync(visited, String(Date.now()));
  const bad = badSince();
  if (bad !== null) res.setHeader('X-Bad-Since', bad);
  const began = performance.now();
  return setTimeout(
    () => {
      answers++;
      const seconds = (performance.now() - began) / 1_000;
      bounds.forEach((bound, at) => {
        if (seconds <= bound) buckets[at]!++;
      });
      if (bad !== null && fault === 'pages' && answers % 10 < 3) return res.writeHead(500).end('turned bad');
      if (fault !== 'errors' || bad === null || answers % 20 !== 0) return res.end('good');
      failed++;
      console.error(`Error: answer ${answers} went wrong`);
      return res.writeHead(500).end('turned bad');
    },
    fault === 'slow' && bad !== null ? 5 * usualMs : usualMs,
  );
});

process.once('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
server.listen(Number(PORT), HOST);

if (fault === 'crash' && CONDUCTOR_SERVICE === 'worker') {
  setInterval(() => {
    if (badSince() === null) return;
    console.error('Error: the worker is broken');
    process.exit(1);
  }, 100);
}
