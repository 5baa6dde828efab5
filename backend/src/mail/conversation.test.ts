import { afterEach, describe, expect, it } from 'vitest';
import { testSettings } from '../../test/settings.ts';
import { type SmtpScript, startSmtp } from '../../test/smtp.ts';
import { type ConversationError, converse, type MailServer } from './conversation.ts';
import { Mailer } from './mailer.ts';

type Smtp = Awaited<ReturnType<typeof startSmtp>>;
let smtp: Smtp | undefined;
afterEach(async () => {
  await smtp?.close();
  smtp = undefined;
});

async function start(...given: Parameters<typeof startSmtp>): Promise<Smtp> {
  smtp = await startSmtp(...given);
  return smtp;
}

const letter = (to = ['rui@example.com']) => ({
  from: 'crm@acme.example.com',
  to,
  message: Buffer.from('Message-ID: <1@acme.example.com>\r\nSubject: x\r\n\r\nx\r\n'),
});
const server = ({ port }: Smtp, over: Partial<MailServer> = {}): MailServer => ({
  host: '127.0.0.1',
  port,
  secure: false,
  silenceMs: 500,
  ...over,
});
const failure = (saying: Promise<unknown>) =>
  saying.then(
    () => undefined,
    (error) => error as ConversationError,
  );

describe('TLS', () => {
  // The server's certificate is its own; that one of a stranger is refused is shown last.
  const trusting = { tls: { rejectUnauthorized: false } };

  it('begins with the first byte, as on port 465', async () => {
    const tls = await start({}, { secure: true });
    const said = await converse(server(tls, { secure: true, ...trusting }), letter());
    expect(said.accepted).toEqual(['rui@example.com']);
  });

  it('begins with STARTTLS where it is offered, as on port 587, before anybody signs in', async () => {
    const sessions: { secure: boolean; user: string }[] = [];
    const starttls = await start(
      {},
      {
        disabledCommands: [],
        authOptional: false,
        onAuth({ username, password }, { secure }, done) {
          sessions.push({ secure, user: username ?? '' });
          done(password === 'right' ? null : new Error('no'), { user: username });
        },
      },
    );
    const auth = { user: 'crm', pass: 'right' };
    await converse(server(starttls, { auth, ...trusting }), letter());
    expect(sessions).toEqual([{ secure: true, user: 'crm' }]);
    const refused = await failure(
      converse(server(starttls, { auth: { user: 'crm', pass: 'wr0ng' }, ...trusting }), letter()),
    );
    expect(refused).toMatchObject({ taken: 'no', permanent: true });
    expect(refused!.message).toContain('535');
    expect(JSON.stringify(refused)).not.toContain('wr0ng');
  });

  it('refuses the certificate of somebody else', async () => {
    const tls = await start({}, { secure: true });
    const refused = await failure(converse(server(tls, { secure: true }), letter()));
    expect(refused).toMatchObject({ taken: 'no', permanent: false });
    expect(tls.received).toHaveLength(0);
  });

  it.each([
    [{ SMTP_PORT: '465' }, true],
    [{ SMTP_PORT: '587' }, false],
    [{}, false],
    [{ SMTP_PORT: '465', SMTP_SECURE: 'false' }, false],
    [{ SMTP_PORT: '2465', SMTP_SECURE: 'true' }, true],
  ])('with %j is from the first byte: %s', (settings, secure) => {
    expect(new Mailer(testSettings(settings as Record<string, string>)).secure).toBe(secure);
  });
});

describe('what is known of a letter', () => {
  const silent = () => new Promise<void>((resolve) => setTimeout(resolve, 1500));

  it.each<[string, SmtpScript, Partial<ConversationError>]>([
    ['a server that is silent before the letter', { onRecipient: silent }, { taken: 'no', permanent: false }],
    ['a server that is silent after it', { onLetter: silent }, { taken: 'unknown' }],
    ['a server that hangs up after it', { onLetter: (_letter, drop) => drop() }, { taken: 'unknown' }],
  ])('%s', async (_name, script, known) => {
    expect(await failure(converse(server(await start(script)), letter()))).toMatchObject(known);
  });

  it('whoever is told first that the end follows can still keep the letter', async () => {
    const open = await start();
    const beforeEnd = async () => {
      throw new Error('not ours any more');
    };
    const kept = await failure(converse(server(open), { ...letter(), beforeEnd }));
    expect(kept).toMatchObject({ taken: 'no' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(open.received).toHaveLength(0);
  });

  it('each recipient has an answer of its own', async () => {
    const picky = await start({
      onRecipient(address) {
        if (address.startsWith('full')) throw Object.assign(new Error('mailbox full'), { responseCode: 452 });
        if (address.startsWith('no')) throw Object.assign(new Error('no such user'), { responseCode: 550 });
      },
    });
    const said = await converse(
      server(picky),
      letter(['rui@example.com', 'no@example.com', 'full@example.com']),
    );
    expect(said.accepted).toEqual(['rui@example.com']);
    expect(said.refused).toEqual([
      { address: 'no@example.com', permanent: true, words: '550 no such user' },
      { address: 'full@example.com', permanent: false, words: '452 mailbox full' },
    ]);
  });
});
