import { readdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { plantCanaries, sightings } from '../../../tests/canaries/canaries.ts';
import type { TestProject } from '../../test/project.ts';
import { TestTeam } from '../../test/team.ts';
import { emptyDocument, readRecipients, requireIdentity, saveSecrets } from '../secrets/index.ts';

const canaries = plantCanaries();
const names = Object.keys(canaries);

let team: TestTeam;
let ana: TestProject;
let receiver: Server;
const notified: string[] = [];

beforeEach(async () => {
  notified.length = 0;
  receiver = createServer(async (request, response) => {
    notified.push(await text(request));
    response.end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  team = await TestTeam.create();
  ana = await team.machine();
  await requireIdentity(ana.folder);
  const document = { ...emptyDocument('test'), secrets: canaries };
  await saveSecrets(ana.folder, { document, revision: null }, await readRecipients(ana.folder));
  await team.share(ana);
});
afterEach(async () => {
  await team.remove();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
});

/** A release whose services have every canary, and which tells a webhook. */
const describe = (machine: TestProject, behaviour: 'good' | 'crash') =>
  machine.describe(
    behaviour,
    Object.fromEntries(names.map((name) => [name, { kind: 'secret', name }])),
    `notify: [{ kind: 'webhook', url: 'http://127.0.0.1:${(receiver.address() as AddressInfo).port}', secret: 'c2lnbmluZy1rZXk=' }],`,
  );

async function journalsOf(machine: TestProject): Promise<string> {
  const folder = join(machine.folder, '.conductor/test/journal');
  const files = await readdir(folder);
  return (await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))).join('');
}

it('a secret gets into no ref of the ledger, no journal, no notification and no output, whatever a failed service wrote', async () => {
  // A service that shows all it knows when it fails, and a place that repeats it in its own words.
  const everything = Object.entries(canaries).map(([name, value]) => `${name}=${value}`);
  team.place.lastWords = everything.join('\n');
  team.place.reason = everything.join(' ');
  const said: string[] = [];
  const run = async (machine: TestProject, line: string) => {
    const { code, stdout, stderr } = await machine.run(line);
    said.push(stdout, stderr);
    return code;
  };
  await describe(ana, 'good');
  expect(await run(ana, 'deploy --json')).toBe(0);
  await describe(ana, 'crash');
  expect(await run(ana, `deploy --json --reason because-of-${canaries.CANARY_1}`)).toBe(4);
  const other = await team.machine();
  for (const line of ['status', 'status --json', 'logs', 'releases', 'lock', 'rollback', 'resume'])
    await run(other, line);

  const journals = await journalsOf(ana);
  const shared = await team.everythingShared();
  // What is searched has to hold something.
  expect(journals).toContain('[CANARY_0]');
  expect(journals).toContain('because-of-[CANARY_1]');
  expect(shared).toContain('because-of-[CANARY_1]');
  expect(notified.some((body) => body.includes('deploy.failed') && body.includes('[CANARY_'))).toBe(true);
  expect(said.join('')).toContain('[CANARY_2]');
  for (const [where, content] of Object.entries({
    shared,
    journals,
    notified: notified.join('\n'),
    said: said.join(''),
  }))
    expect(sightings(content, canaries), where).toEqual([]);
}, 60_000);

it('what a failed service wrote is shown, and not kept for ever', async () => {
  team.place.lastWords = `Error: it broke\n${'a line of its log\n'.repeat(20)}`;
  await describe(ana, 'good');
  await ana.run('deploy');
  await describe(ana, 'crash');
  const { stderr } = await ana.run('deploy');
  expect(stderr).toContain('Last lines of web');
  expect(stderr).toContain('a line of its log');
  const [ledger] = (await team.git('-C', team.remote, 'show', 'refs/conductor/test/ledger:ledger.jsonl'))
    .trimEnd()
    .split('\n')
    .slice(-1);
  expect(JSON.parse(ledger!).detail).toBe('Start the new release next to the old one: web: it ended with 1');
  expect(await journalsOf(ana)).not.toContain('a line of its log');
  expect(await team.everythingShared()).not.toContain('a line of its log');
});
