import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { Webhook } from 'standardwebhooks';
import { afterEach, expect, test } from 'vitest';
import { notifierSchema } from '../config/notifiers.ts';
import { eventKinds, type NotifyEvent } from '../model/event.ts';
import { createRedactor } from '../secrets/index.ts';
import { emailNotifier } from './email.ts';
import { messageOf, textOf } from './message.ts';
import type { Notifier } from './notifier.ts';
import { createNotify, subscriptions } from './notify.ts';
import { slackNotifier } from './slack.ts';
import { webhookNotifier } from './webhook.ts';

const event: NotifyEvent = {
  id: 'evt_1',
  kind: 'rolled-back',
  at: '2026-11-23T21:00:00.000Z',
  project: 'crm',
  environment: 'production',
  version: 'v20261123_210000',
  serving: 'v20261122_090000',
  commits: { from: 'a'.repeat(40), to: 'b'.repeat(40), subjects: ['Sort leads <by> value', 'Second'] },
  seconds: 75.4,
  who: 'ana@laptop',
  detail: '5xx share 5.1 % is above 2 %',
  evidence: ['api | Error: boom & bust'],
  links: [{ title: 'Logs', url: 'https://example.com/logs?a=1&b=2' }],
};

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A local server that answers with each status in turn (the last one for good) and keeps what it got. */
async function receiver(...statuses: number[]) {
  const requests: { headers: IncomingMessage['headers']; body: string }[] = [];
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    requests.push({ headers: request.headers, body: await text(request) });
    response.writeHead(statuses[Math.min(requests.length, statuses.length) - 1] ?? 200).end('ok');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  return { requests, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/T0-secret-path` };
}

const signal = () => AbortSignal.timeout(10_000);
const fast = { pause: 1 };

test('Slack gets a message that can be read without opening anything', async () => {
  const { requests, url } = await receiver(200);
  await slackNotifier(url).send(event, signal());
  const { text: line, blocks } = JSON.parse(requests[0]!.body);
  expect(line).toBe('↩ crm production: v20261123_210000 was rolled back');
  const all = blocks.map((block: { text: { text: string } }) => block.text.text).join('\n');
  for (const fact of ['5.1 %', 'v20261122_090000', '1 min 15 s', 'ana@laptop', 'aaaaaaa…bbbbbbb']) {
    expect(all).toContain(fact);
  }
  expect(all).toContain('- Sort leads &lt;by&gt; value');
  expect(all).toContain('<https://example.com/logs?a=1&amp;b=2|Logs>');
});

test("a webhook's signature can be verified by any Standard Webhooks library", async () => {
  const secret = `whsec_${Buffer.from('a key of the receiver').toString('base64')}`;
  const { requests, url } = await receiver(200);
  await webhookNotifier(url, secret).send(event, signal());
  const { headers, body } = requests[0]!;
  const verified = new Webhook(secret).verify(body, headers as Record<string, string>);
  expect(verified).toMatchObject({ type: 'deploy.rolled-back', timestamp: event.at, data: event });
  expect(() => new Webhook(secret).verify(`${body} `, headers as Record<string, string>)).toThrow();
});

test('a delivery is repeated with the same id until it is taken', async () => {
  const { requests, url } = await receiver(500, 429, 200);
  await webhookNotifier(url, 'c2VjcmV0', fast).send(event, signal());
  expect(requests.map(({ headers }) => headers['webhook-id'])).toEqual(['evt_1', 'evt_1', 'evt_1']);
});

test('a refusal is not repeated, and errors do not tell the secret address', async () => {
  const { requests, url } = await receiver(404);
  await expect(slackNotifier(url, fast).send(event, signal())).rejects.toThrow(/answered 404$/);
  expect(requests).toHaveLength(1);
  await expect(slackNotifier(url, fast).send(event, signal())).rejects.not.toThrow(/T0-secret-path/);
});

test('what it says goes to the address that was given, wherever that one would send it', async () => {
  const other = await receiver(200);
  const moved = createServer((_request, response) => {
    response.writeHead(307, { location: other.url }).end();
  });
  await new Promise<void>((resolve) => moved.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => moved.close(() => resolve())));
  const url = `http://127.0.0.1:${(moved.address() as AddressInfo).port}/hook`;
  await expect(slackNotifier(url, fast).send(event, signal())).rejects.toThrow('did not answer');
  expect(other.requests).toEqual([]);
});

test('it gives up after four attempts and says so', async () => {
  const { requests, url } = await receiver(503);
  await expect(slackNotifier(url, fast).send(event, signal())).rejects.toThrow('answered 503 (4 attempts)');
  expect(requests).toHaveLength(4);
});

/** A mail server on a free port, which asks for the password `pa55word`. */
async function mailServer() {
  const mails: { to: string[]; body: string }[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    onAuth: ({ password }, _session, done) =>
      password === 'pa55word' ? done(null, { user: 'conductor' }) : done(new Error('wrong')),
    onData(stream, session, done) {
      text(stream).then((body) => {
        mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), body });
        done();
      }, done);
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(() => resolve())));
  return { mails, port: (server.server.address() as AddressInfo).port };
}

test('an e-mail reaches everybody, alarms with high priority', async () => {
  const { mails, port } = await mailServer();
  const url = `smtp://conductor:pa55word@127.0.0.1:${port}`;
  await emailNotifier({ url, from: 'crm@example.com', to: ['a@example.com', 'b@example.com'] }).send(
    event,
    signal(),
  );
  expect(mails[0]!.to).toEqual(['a@example.com', 'b@example.com']);
  expect(mails[0]!.body).toMatch(/^X-Priority: 1/m);
  expect(mails[0]!.body).toMatch(/^Message-ID: <evt_1@conductor>/m);
});

test('a refused login is reported without the password', async () => {
  const { port } = await mailServer();
  const url = `smtp://conductor:wrong-pa55@127.0.0.1:${port}`;
  const sending = emailNotifier({ url, from: 'a@example.com', to: ['b@example.com'] }).send(event, signal());
  await expect(sending).rejects.toThrow(/did not take the mail \(535\)$/);
});

const recording = (): Notifier & { events: NotifyEvent[] } => {
  const events: NotifyEvent[] = [];
  return { name: 'recording', events, send: async (sent) => void events.push(sent) };
};

test('a failing or hanging notifier is reported and holds up nobody', async () => {
  const good = recording();
  const broken: Notifier = { name: 'broken', send: () => Promise.reject(new Error('no pa55word accepted')) };
  const hanging: Notifier = { name: 'hanging', send: () => new Promise(() => {}) };
  const notify = createNotify(
    [broken, hanging, good].map((notifier) => ({ on: eventKinds, notifier })),
    { redactor: createRedactor({ PASSWORD: 'pa55word' }), deadline: 50 },
  );
  expect(await notify(event)).toEqual([
    { notifier: 'broken', delivered: false, problem: 'no [PASSWORD] accepted' },
    { notifier: 'hanging', delivered: false, problem: 'no delivery within 0.05 s' },
    { notifier: 'recording', delivered: true },
  ]);
  expect(good.events).toEqual([event]);
});

test('nobody gets an event they did not ask for, nor a secret', async () => {
  const all = recording();
  const alarms = recording();
  const notify = createNotify(
    [
      { on: eventKinds, notifier: all },
      { on: ['failed'], notifier: alarms },
    ],
    { redactor: createRedactor({ KEY: 'boom & bust' }) },
  );
  await notify(event);
  expect(alarms.events).toEqual([]);
  expect(all.events[0]!.evidence).toEqual(['api | Error: [KEY]']);
});

test('settings become notifiers; one whose secret is missing or malformed fails without telling it', async () => {
  const settings = [
    { kind: 'slack', url: { kind: 'secret', name: 'SLACK' } },
    { kind: 'slack', url: { kind: 'secret', name: 'BROKEN' } },
  ].map((each) => notifierSchema.parse(each));
  const notify = createNotify(subscriptions(settings, { BROKEN: 'hooks slack T0' }), {
    redactor: createRedactor({}),
  });
  expect(await notify(event)).toEqual([
    { notifier: 'slack', delivered: false, problem: 'the secret SLACK has no value' },
    { notifier: 'slack', delivered: false, problem: 'its address is not a URL' },
  ]);
});

test('every kind of event has its own words, and only what is known is said', () => {
  const bare = { ...event, version: null, seconds: undefined, commits: undefined, evidence: [], links: [] };
  const subjects = eventKinds.map((kind) => messageOf({ ...bare, kind }).subject);
  expect(new Set(subjects).size).toBe(eventKinds.length);
  expect(textOf(messageOf({ ...bare, kind: 'live', detail: undefined, serving: null }))).toBe(
    '✓ crm production: is live\n\nBy: ana@laptop\n',
  );
});
