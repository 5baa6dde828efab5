import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../targets/local/host/ports.ts';
import { Gateway } from './gateway.ts';
import { RoutingTable } from './routing-table.ts';
import { exchange } from './testing/exchange.ts';
import { rawService } from './testing/wire.ts';
import { wireCases } from './testing/wire-cases.ts';
import { Upstream } from './upstream.ts';

let gateway: Gateway;
let port: number;

beforeAll(async () => {
  gateway = new Gateway();
  port = await freePort(new Set());
  await gateway.listen(port);
});

afterAll(() => gateway.closeAllBut(null, 100));

test.each(wireCases)('$name', async (wireCase) => {
  const service = await rawService(wireCase.service);
  const upstream = new Upstream('web', service.port);
  gateway.route(new RoutingTable([{ prefix: '/', upstreams: [upstream] }]));
  try {
    const seen = await exchange(wireCase, port, service);
    const { reads, hears } = wireCase;
    if (typeof reads === 'string') expect(seen.reads).toBe(reads);
    else expect(seen.reads).toMatch(reads);
    if (hears === null) expect(seen.hears).toBe('');
    else if (typeof hears === 'string') expect(seen.hears).toBe(hears);
    else if (hears) expect(seen.hears).toMatch(hears);
    // Nothing is left of it that a drain would wait for.
    await expect.poll(() => upstream.active).toBe(0);
  } finally {
    upstream.close();
    await service.close();
  }
});
