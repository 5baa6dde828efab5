import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TestProject } from '../../test/project.ts';

let project: TestProject;
let server: Server;
let told: { type: string; text: string; data: Record<string, unknown> }[];
let status: number;

beforeEach(async () => {
  told = [];
  status = 200;
  server = createServer(async (request, response) => {
    told.push(JSON.parse(await text(request)));
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  project = await TestProject.create();
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await project.remove();
});

const { stringify } = JSON;
const describe = (behaviour: Parameters<TestProject['describe']>[0], on?: string[]) => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  const notify = [{ kind: 'webhook', url, secret: 'c2lnbmluZy1rZXk=', ...(on && { on }) }];
  return project.describe(
    behaviour,
    {},
    `notify: ${stringify(notify)}, checks: { only: ['target', 'team-notified'] }`,
  );
};
const kinds = () => told.map(({ type }) => type);

it('tells of the start and the end, with what a reader asks for', async () => {
  await describe('good');
  const { code, stderr, json } = await project.run('deploy --json --reason hotfix');
  expect(code, stderr).toBe(0);
  expect(kinds()).toEqual(['deploy.started', 'deploy.live']);
  expect(told[1]!.data).toMatchObject({
    version: json().version,
    environment: 'test',
    reason: 'hotfix',
    who: expect.stringContaining('@'),
    seconds: expect.any(Number),
    links: [{ title: 'web', url: project.place.url }],
  });
});

it('tells of a failure with the evidence, and of nothing that was not asked for', async () => {
  await describe('good', ['failed']);
  const { version } = (await project.run('deploy --json')).json();
  expect(kinds()).toEqual([]);
  await describe('crash', ['failed']);
  expect((await project.run('deploy')).code).toBe(4);
  expect(told[0]!.data).toMatchObject({ kind: 'failed', serving: version });
  expect(told[0]!.text).toContain('Error: it broke');
});

it('tells of an interrupted one and of one that was refused', async () => {
  await describe('good');
  const interrupt = new AbortController();
  project.place.onStage = async (stage) => {
    if (stage !== 'start web') return;
    await project.run('deploy');
    interrupt.abort(new Error('interrupted'));
  };
  expect((await project.run('deploy', { interrupt: interrupt.signal })).code).toBe(130);
  expect(kinds()).toEqual(['deploy.started', 'deploy.locked-out', 'deploy.aborted']);
  expect(told[1]!.data.detail).toMatch(/has the lock: deploy$/);
});

it('a notifier that refuses changes nothing about the deploy, and is reported', async () => {
  await describe('good');
  status = 404;
  const { code, stderr } = await project.run('deploy');
  expect(code).toBe(0);
  expect(stderr).toContain('could not be told: 127.0.0.1');
  expect(stderr).toContain('Not met: The team was notified');
});
