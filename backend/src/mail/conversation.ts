import { Readable } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';

/** The mail server, and who we are there. */
export interface MailServer {
  host: string;
  port: number;
  /** TLS from the first byte; otherwise STARTTLS where the server offers it. */
  secure: boolean;
  auth?: { user: string; pass: string };
  tls?: ConnectionOptions;
  /** Patience at each silence of the server, in milliseconds. */
  silenceMs?: number;
}

/** A recipient whom the server did not take, in its own words. */
export interface Refusal {
  address: string;
  /** 5xx: trying again cannot help. */
  permanent: boolean;
  words: string;
}

/** How a conversation ended well: at least one recipient's letter is the server's now. */
export interface Taken {
  accepted: string[];
  refused: Refusal[];
  /** What the server said when it took the letter. */
  response: string;
}

/**
 * How a conversation ended badly. `taken` says what is known of the letter: `no`, it is certain that the server does not
 * have it; `unknown`, the connection broke after the letter's end may have reached it.
 */
export class ConversationError extends Error {
  readonly taken: 'no' | 'unknown';
  /** Whether trying the same again cannot help. */
  readonly permanent: boolean;
  readonly refused: readonly Refusal[];

  constructor(
    words: string,
    {
      taken,
      permanent,
      refused = [],
    }: Pick<ConversationError, 'taken' | 'permanent'> & { refused?: Refusal[] },
    cause: unknown,
  ) {
    super(words, { cause });
    this.name = 'ConversationError';
    this.taken = taken;
    this.permanent = permanent;
    this.refused = refused;
  }
}

interface Said {
  from: string;
  to: readonly string[];
  message: Buffer;
  /**
   * Called once the server has all of the message but its end. Only when it resolves is the end sent, without which no
   * server takes a letter; when it throws, the connection is dropped, and the letter is certainly not taken.
   */
  beforeEnd?: () => Promise<void>;
}

/** Hands one letter to the mail server. Throws `ConversationError`. */
export async function converse(server: MailServer, { from, to, message, beforeEnd }: Said): Promise<Taken> {
  const { silenceMs = 20_000 } = server;
  // Loaded with the first letter: few processes send any, and none should start later for it.
  const { default: SMTPConnection } = await import('nodemailer/lib/smtp-connection');
  const connection = new SMTPConnection({
    host: server.host,
    port: server.port,
    secure: server.secure,
    connectionTimeout: silenceMs,
    greetingTimeout: silenceMs,
    socketTimeout: silenceMs,
    dnsTimeout: silenceMs,
    ...(server.tls && { tls: server.tls }),
  });
  let ended = false;
  async function* parts() {
    yield message;
    await beforeEnd?.();
    ended = true;
  }
  try {
    return await new Promise<Taken>((resolve, reject) => {
      connection.on('error', reject);
      connection.connect((failed) => {
        if (failed) return reject(failed);
        const send = () =>
          connection.send(
            { from, to: [...to], size: message.length },
            Readable.from(parts()),
            (error, info) =>
              error
                ? reject(error)
                : resolve({
                    accepted: info!.accepted,
                    refused: (info!.rejectedErrors ?? []).map(refusal),
                    response: info!.response,
                  }),
          );
        if (server.auth && connection.allowsAuth)
          connection.login({ credentials: server.auth }, (error) => (error ? reject(error) : send()));
        else send();
      });
    });
  } catch (cause) {
    const { response, responseCode, rejectedErrors } = cause as SmtpError;
    throw new ConversationError(
      wordsOf(cause),
      {
        // An answer of refusal is as clear after the letter's end as before it; only silence is not.
        taken: ended && response === undefined ? 'unknown' : 'no',
        permanent: (responseCode ?? 0) >= 500,
        refused: (rejectedErrors ?? []).map(refusal),
      },
      cause,
    );
  } finally {
    connection.close();
  }
}

interface SmtpError {
  response?: string;
  responseCode?: number;
  code?: string;
  message?: string;
  recipient?: string;
  rejectedErrors?: SmtpError[];
}

function refusal(error: SmtpError): Refusal {
  return {
    address: error.recipient ?? '',
    permanent: (error.responseCode ?? 0) >= 500,
    words: wordsOf(error),
  };
}

/** What the server answered, or why it was not reached; never the credentials, which neither holds. */
function wordsOf(error: unknown): string {
  const { response, message, code } = error as SmtpError;
  return (response ?? message ?? code ?? 'unknown').slice(0, 300);
}
