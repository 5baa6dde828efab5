import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A letter as the server took it. */
export interface ReceivedLetter {
  messageId: string;
  from: string;
  /** The envelope's recipients. */
  to: string[];
  raw: string;
}

/** An answer other than yes. */
export class SmtpAnswer extends Error {
  readonly responseCode: number;

  constructor(responseCode: number, words: string) {
    super(words);
    this.responseCode = responseCode;
  }
}

export interface SmtpScript {
  /** Throws what is answered to a recipient. */
  onRecipient?: (address: string) => Promise<void> | void;
  /** Called when the whole letter is here and not answered yet; throws what is answered. */
  onLetter?: (letter: ReceivedLetter, drop: () => void) => Promise<void> | void;
}

/** A real mail server that a test can look into, and tell what to answer. */
export async function startSmtp(script: SmtpScript = {}, options: SMTPServerOptions = {}) {
  const received: ReceivedLetter[] = [];
  const server: SMTPServer = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    ...options,
    async onRcptTo({ address }, _session, done) {
      try {
        await script.onRecipient?.(address);
      } catch (refusal) {
        return done(refusal as Error);
      }
      done();
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      // A client that ends in the middle of a letter: it never was one.
      stream.on('error', () => {});
      stream.on('end', async () => {
        const raw = Buffer.concat(chunks).toString();
        const letter = {
          messageId: /^Message-ID: (\S+)/im.exec(raw)?.[1] ?? '',
          from: session.envelope.mailFrom ? session.envelope.mailFrom.address : '',
          to: session.envelope.rcptTo.map(({ address }) => address),
          raw,
        };
        const drop = () => {
          for (const connection of server.connections)
            if (connection.session === session) connection._socket.destroy();
        };
        try {
          await script.onLetter?.(letter, drop);
        } catch (error) {
          return done(error as Error);
        }
        received.push(letter);
        done();
      });
    },
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    received,
    script,
    settings: { SMTP_HOST: '127.0.0.1', SMTP_PORT: String(port), SMTP_FROM: 'crm@acme.example.com' },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
