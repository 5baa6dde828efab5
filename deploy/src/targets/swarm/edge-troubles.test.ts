import { expect, it } from 'vitest';
import { troublesIn } from './edge-troubles.ts';

// As Caddy 2.6 wrote them.
const lines = [
  '{"level":"warn","ts":1795771517.6577377,"logger":"http","msg":"automatic HTTPS is completely disabled for server","server_name":"plain"}',
  '{"level":"error","ts":1795771519.229641,"logger":"tls.obtain","msg":"could not get certificate from issuer","identifier":"none.test","issuer":"127.0.0.1:24000-dir","error":"HTTP 400 urn:ietf:params:acme:error:malformed - Could not resolve URL \\"none.test\\""}',
  '{"level":"error","ts":1795771519.229694,"logger":"tls.obtain","msg":"will retry","error":"[none.test] Obtain: [none.test] solving challenge: none.test: [none.test] authorization failed: HTTP 400 urn:ietf:params:acme:error:malformed - Could not resolve URL \\"none.test\\" (ca=https://127.0.0.1:24000/dir)","attempt":1,"retrying_in":60,"elapsed":1.570378716,"max_duration":2592000}',
];

it('says what the authority said last of each host, and when it is asked again', () => {
  expect(troublesIn(lines)).toEqual(
    new Map([
      [
        'none.test',
        'the authority refuses (malformed): Could not resolve URL "none.test"; asked again at 09:26:19 UTC',
      ],
    ]),
  );
});

it('says in the edge’s own words what is no answer of an authority', () => {
  const unreachable =
    '{"level":"error","ts":1795771600,"msg":"will retry","error":"[a.test] Obtain: dial tcp 10.0.0.1:443: connect: connection refused","attempt":1,"retrying_in":120}';
  // Of several edges after one another the engine tells in any order.
  const before = unreachable.replace('1795771600', '1795771500').replace('refused', 'reset');
  expect(troublesIn([unreachable, 'no JSON', '{"msg":"will retry"}', before]).get('a.test')).toBe(
    'dial tcp 10.0.0.1:443: connect: connection refused; asked again at 09:28:40 UTC',
  );
});
