import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { killAtOnce, Project } from './local/project.ts';

let project: Project;
beforeAll(async () => {
  project = await Project.sample();
  await project.change(['deploy']);
});
afterAll(() => project?.close());

const message = `Back at 10:00 <script>alert("x")</script> & 'soon'`;
const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const visit = (headers: Record<string, string> = {}, method = 'GET') =>
  fetch(project.url, { method, headers });

/** How a request for a WebSocket is answered. */
const upgrade = () =>
  new Promise<number | undefined>((resolve, reject) => {
    const headers = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Version': '13',
    };
    const asking = request(`${project.url}/ws`, { headers });
    asking.once('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asking.once('upgrade', (_, socket) => {
      socket.destroy();
      resolve(101);
    });
    asking.once('error', reject);
    asking.end();
  });

test('visitors are kept out with a page in their language, or a problem in JSON', async () => {
  const on = await project.run(['maintenance', 'on']);
  expect(on.code, on.stderr).toBe(0);

  const english = await visit({ ...browser, 'accept-language': 'en-US,en;q=0.9' });
  expect(english.status).toBe(503);
  expect(Number(english.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(english.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(english.headers.get('cache-control')).toBe('no-store');
  expect(english.headers.get('x-release')).toBeNull();
  expect(await english.text()).toMatch(/<html lang="en">[\s\S]*<h1>Under maintenance<\/h1>/);
  const portuguese = await visit({ ...browser, 'accept-language': 'pt-BR,pt;q=0.9,en;q=0.8' });
  expect(await portuguese.text()).toMatch(/<html lang="pt-BR">[\s\S]*<h1>Em manutenção<\/h1>/);

  const program = await visit({ accept: 'application/json', 'accept-language': 'pt' });
  expect(program.status).toBe(503);
  expect(program.headers.get('content-type')).toBe('application/problem+json');
  expect(await program.json()).toMatchObject({ status: 503, title: 'Em manutenção' });
  const head = await visit(browser, 'HEAD');
  expect([head.status, await head.text()]).toEqual([503, '']);
  expect((await visit({}, 'POST')).status).toBe(503);
  expect(await upgrade()).toBe(503);
  // A pass of one's own making opens nothing.
  expect((await visit({ 'x-conductor-pass': 'guessed' })).status).toBe(503);
});

test('what is told is text, whatever is in it', async () => {
  expect((await project.run(['maintenance', 'on', 'local', '--message', message])).code).toBe(0);
  const page = await (await visit(browser)).text();
  expect(page).toContain(
    'Back at 10:00 &lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;soon&#39;',
  );
  expect(page).not.toContain('<script');
  expect(await (await visit()).json()).toMatchObject({ detail: message });
  const { stdout } = await project.run(['status']);
  expect(stdout).toContain('kept out (maintenance)');
  expect(stdout).toContain('conductor maintenance off local');
});

test('a deploy meanwhile is proven through the public address, and keeps visitors out', async () => {
  const { verdict, version, probe, said } = await project.change(['deploy', '--bake', '1s']);
  expect(verdict).toBe('live');
  expect(probe?.sent).toBeGreaterThan(0);
  expect(probe?.failed).toBe(0);
  expect(said.stderr).toContain('kept out (maintenance), and stay so');
  expect((await project.status()).release?.version).toBe(version);
  expect((await visit()).status).toBe(503);
});

test('a host that was killed, and stop and start, leave it as it is', async () => {
  const host = await project.host.observe();
  const { processes } = await project.running();
  await killAtOnce(processes.filter(({ pid }) => pid === host?.pid));
  const late = Date.now() + 15_000;
  let status = 0;
  while (status === 0 && Date.now() < late)
    status = await visit()
      .then((answer) => answer.status)
      .catch(() => 0);
  expect(status).toBe(503);

  expect((await project.run(['stop'])).code).toBe(0);
  const { code, stderr } = await project.run(['start']);
  expect(code, stderr).toBe(0);
  expect((await visit()).status).toBe(503);
  expect((await project.change(['rollback', '--yes'])).verdict).toBe('live');
  expect((await visit()).status).toBe(503);

  expect((await project.run(['maintenance', 'off'])).stdout).toBe('Visitors of local are served.\n');
  expect((await visit()).status).toBe(200);
});
