import { createTransport } from 'nodemailer';
import { emailSchema } from '../fields/text.ts';
import { Problem } from '../problem.ts';
import type { Settings } from '../settings.ts';

/** Why no e-mail leaves: no SMTP_HOST, or no address to send from (neither SMTP_FROM nor an SMTP_USER that is one). */
export type MailObstacle = 'no-host' | 'no-sender';

const reasons: Record<MailObstacle, string> = {
  'no-host': 'Set SMTP_HOST (and SMTP_PORT, SMTP_USER, SMTP_PASSWORD, SMTP_FROM) to send e-mail.',
  'no-sender': 'Set SMTP_FROM to the address that e-mail is sent from; SMTP_USER is not an address.',
};

export interface Letter {
  /** Shown as the sender's name. */
  fromName: string;
  to: string;
  subject: string;
  text: string;
}

/** Patience with the mail server, in milliseconds, at each of its silences. */
const silenceMs = 10_000;
/** The whole of a sending: a person waits for it. */
const wholeMs = 20_000;

/** Hands letters of the CRM itself to the mail server of the settings. */
export class Mailer {
  readonly #settings: Settings;
  /** The address letters come from; undefined while there is an obstacle. */
  readonly from: string | undefined;
  readonly obstacle: MailObstacle | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
    const user = emailSchema.safeParse(settings.SMTP_USER);
    this.from = settings.SMTP_FROM ?? user.data;
    this.obstacle =
      settings.SMTP_HOST === undefined ? 'no-host' : this.from === undefined ? 'no-sender' : undefined;
  }

  /** What keeps e-mail from leaving and how to mend it, or nothing. */
  get reason(): string | undefined {
    return this.obstacle && reasons[this.obstacle];
  }

  /**
   * Resolves when the server has taken the letter. `smtp-not-configured` says what is missing; `smtp-failed` carries
   * the server's own words, or that it could not be reached.
   */
  async send({ fromName, ...letter }: Letter): Promise<void> {
    if (this.obstacle) throw new Problem('smtp-not-configured', { detail: this.reason });
    const { SMTP_HOST, SMTP_PORT, SMTP_SECURE, SMTP_USER, SMTP_PASSWORD } = this.#settings;
    const transport = createTransport({
      host: SMTP_HOST,
      port: SMTP_PORT,
      secure: SMTP_SECURE,
      ...(SMTP_USER !== undefined && { auth: { user: SMTP_USER, pass: SMTP_PASSWORD ?? '' } }),
      connectionTimeout: silenceMs,
      greetingTimeout: silenceMs,
      socketTimeout: silenceMs,
    });
    try {
      await transport.sendMail({
        ...letter,
        from: { name: fromName, address: this.from! },
        disableFileAccess: true,
        disableUrlAccess: true,
        signal: AbortSignal.timeout(wholeMs),
      });
    } catch (cause) {
      throw new Problem('smtp-failed', { detail: wordsOf(cause), cause });
    } finally {
      transport.close();
    }
  }
}

/** What the server answered, or why it was not reached; never the credentials, which neither holds. */
function wordsOf(error: unknown): string {
  const { response, code, message } = error as { response?: string; code?: string; message?: string };
  return `The mail server did not take it: ${(response ?? message ?? code ?? 'unknown').slice(0, 300)}`;
}
