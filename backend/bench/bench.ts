import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { allIndexes } from '../src/indexes.ts';
import { leadNoun } from '../src/leads/lead.ts';
import { leadCreate } from '../src/leads/schema.ts';
import { scoreByRules } from '../src/leads/score.ts';
import { createIndexes } from '../src/mongo/indexes.ts';
import { connectMongo } from '../src/mongo/mongo.ts';
import { firstOrgId } from '../src/org/org.ts';
import { systemPrincipal } from '../src/policy/principal.ts';
import { eventually } from '../test/eventually.ts';
import { startProcess } from '../test/process.ts';
import { startRedis } from '../test/redis.ts';
import { testToken } from '../test/settings.ts';

/** Measures what is promised: start to healthy, and the list of 50,000 leads for 50 people at once, on the embedded store. */
const leads = 50_000;
const seconds = 10;
const queries = {
  newest: 'limit=50',
  'filtered, by score': 'limit=50&filter[status]=new&sort=-score.value',
  'filtered, newest': 'limit=50&filter[status]=contacted&sort=-createdAt',
  'several filters, by score':
    'limit=50&filter[status]=new,contacted&filter[source]=referral&sort=-score.value',
  'by name': 'limit=50&sort=name',
  search: 'limit=50&q=maria%20sou',
};

const folder = mkdtempSync(join(tmpdir(), 'crm-bench-'));
const redis = await startRedis();
const mongo = await startStore(join(folder, 'crm.sqlite'));
const stores = { ENVIRONMENT: 'local', MONGO_URL: mongo.url, REDIS_URL: redis.url, RATE_LIMIT: '100000000' };
try {
  await fill(mongo.url);
  const began = performance.now();
  const api = await startProcess('api', stores, '/api/v1/health/ready');
  console.log(`start to ready: ${Math.round(performance.now() - began)} ms (bar: 2000)`);
  for (const [name, query] of Object.entries(queries)) {
    const result = await autocannon({
      url: `${api.url}/api/v1/leads?${query}`,
      connections: 50,
      duration: seconds,
      headers: { host: 'localhost', authorization: `Bearer ${testToken}` },
    });
    const failed = result.non2xx + result.errors + result.timeouts;
    console.log(
      `leads, ${name}: p50 ${result.latency.p50} ms, p97.5 ${result.latency.p97_5} ms (bar: p95 under 100), ${Math.round(result.requests.average)}/s, ${failed} failed`,
    );
  }
  await api.stop();
} finally {
  await mongo.stop();
  await redis.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** The embedded store in a process of its own, as it is deployed. */
async function startStore(data: string): Promise<{ url: string; stop(): Promise<void> }> {
  const main = new URL('../../embedded-mongo/src/main.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [main, '--data', data, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const address = await eventually('the embedded store', async () => /mongodb:\S+/.exec(output)?.[0]);
  const url = new URL(address);
  url.pathname = '/crm';
  return {
    url: url.href,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}

/** Invented leads, the same each time. */
async function fill(url: string): Promise<void> {
  const connection = connectMongo(url);
  await createIndexes(connection.db, ...allIndexes);
  const principal = systemPrincipal(firstOrgId);
  const first = ['Maria', 'João', 'Ana', 'Pedro', 'Lucia', 'Rui', 'Clara', 'Davi', 'Iara', 'Otto'];
  const last = ['Souza', 'Silva', 'Lima', 'Costa', 'Rocha', 'Melo', 'Dias', 'Alves', 'Nunes', 'Prado'];
  const titles = ['CEO', 'Diretora', 'Gerente', 'Analista', null];
  const statuses = ['new', 'contacted', 'qualified'] as const;
  const sources = ['referral', 'website_form', 'event', 'linkedin'] as const;
  for (let done = 0; done < leads; done += 500) {
    const batch = Array.from({ length: 500 }, (_, offset) => {
      const n = done + offset;
      const made = leadNoun.make(
        principal,
        leadCreate.parse({
          name: `${first[n % 10]} ${last[Math.floor(n / 10) % 10]} ${n}`,
          email: `lead${n}@example${n % 700}.com`,
          companyName: `Empresa ${n % 3000}`,
          jobTitle: titles[n % 5],
          status: statuses[n % 3],
          source: sources[n % 4],
        }),
      );
      const createdAt = new Date(Date.UTC(2026, 0, 1) + n * 60_000);
      return {
        ...made,
        createdAt,
        updatedAt: createdAt,
        score: scoreByRules(made),
        search: leadNoun.tokens(made),
      };
    });
    await connection.db.collection('leads').insertMany(batch as never[]);
  }
  await connection.client.close();
}
