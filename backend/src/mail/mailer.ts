import type { Readable } from 'node:stream';
import { emailSchema } from '../fields/text.ts';
import { Problem } from '../problem.ts';
import type { SettingsOf } from '../settings.ts';
import { ConversationError, converse, type MailServer, type Taken } from './conversation.ts';

/** Why no e-mail leaves: no SMTP_HOST, or no address to send from (neither SMTP_FROM nor an SMTP_USER that is one). */
export type MailObstacle = 'no-host' | 'no-sender';

const reasons: Record<MailObstacle, string> = {
  'no-host': 'Set SMTP_HOST (and SMTP_PORT, SMTP_USER, SMTP_PASSWORD, SMTP_FROM) to send e-mail.',
  'no-sender': 'Set SMTP_FROM to the address that e-mail is sent from; SMTP_USER is not an address.',
};

export type MailSettings = Pick<
  SettingsOf<'worker'>,
  'SMTP_HOST' | 'SMTP_PORT' | 'SMTP_SECURE' | 'SMTP_USER' | 'SMTP_PASSWORD' | 'SMTP_FROM'
>;

/** What stands in a letter. */
export interface Content {
  /** Shown as the sender's name. */
  fromName: string;
  /** Where answers go; to the sender's address where it is empty. */
  replyTo?: string;
  to: readonly string[];
  cc?: readonly string[];
  subject: string;
  text: string;
  html?: string;
  /** The same at each try, so that a letter that arrives twice is known to be one. */
  messageId?: string;
  headers?: Readonly<Record<string, string>>;
  attachments?: { filename: string; contentType: string; content: Readable }[];
}

interface Sending {
  /** Who gets it now; without it everybody it is addressed to. */
  envelope?: readonly string[];
  beforeEnd?: () => Promise<void>;
}

/** Hands letters to the mail server of the settings. */
export class Mailer {
  readonly #settings: MailSettings;
  /** The address letters come from; undefined while there is an obstacle. */
  readonly from: string | undefined;
  readonly obstacle: MailObstacle | undefined;

  constructor(settings: MailSettings) {
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

  /** TLS from the first byte, as port 465 wants it where SMTP_SECURE says nothing. */
  get secure(): boolean {
    return this.#settings.SMTP_SECURE ?? this.#settings.SMTP_PORT === 465;
  }

  /** Throws `smtp-not-configured` while there is an obstacle. */
  mustBeAble(): void {
    if (this.obstacle) throw new Problem('smtp-not-configured', { detail: this.reason });
  }

  /** A new id for a letter, under the domain it is sent from. */
  messageId(random: string): string {
    return `<${random}@${this.from?.split('@')[1] ?? 'localhost'}>`;
  }

  /**
   * Resolves when the server has taken the letter. `smtp-not-configured` says what is missing; `smtp-failed` carries
   * the server's own words, or that it could not be reached.
   */
  async send(letter: Content): Promise<void> {
    const { refused } = await this.hand(letter).catch((cause: unknown) => {
      if (!(cause instanceof ConversationError)) throw cause;
      throw new Problem('smtp-failed', {
        detail: `The mail server did not take it: ${cause.message}`,
        cause,
      });
    });
    if (refused[0])
      throw new Problem('smtp-failed', { detail: `The mail server did not take it: ${refused[0].words}` });
  }

  /** The same with all that is known of how it went. Throws `ConversationError`, and `smtp-not-configured`. */
  async hand(letter: Content, { envelope = recipients(letter), beforeEnd }: Sending = {}): Promise<Taken> {
    this.mustBeAble();
    const { fromName, to, cc, html, headers, ...rest } = letter;
    const { default: MailComposer } = await import('nodemailer/lib/mail-composer');
    const message = await new MailComposer({
      ...rest,
      from: { name: fromName, address: this.from! },
      to: [...to],
      ...(cc && cc.length > 0 && { cc: [...cc] }),
      ...(html !== undefined && { html }),
      ...(headers && { headers: { ...headers } }),
      disableFileAccess: true,
      disableUrlAccess: true,
    })
      .compile()
      .build();
    const said = { from: this.from!, to: envelope, message, ...(beforeEnd && { beforeEnd }) };
    return converse(this.#server, said);
  }

  get #server(): MailServer {
    const { SMTP_HOST, SMTP_PORT, SMTP_USER, SMTP_PASSWORD } = this.#settings;
    return {
      host: SMTP_HOST!,
      port: SMTP_PORT,
      secure: this.secure,
      ...(SMTP_USER !== undefined && { auth: { user: SMTP_USER, pass: SMTP_PASSWORD ?? '' } }),
    };
  }
}

function recipients({ to, cc = [] }: Content): string[] {
  return [...new Set([...to, ...cc])];
}
