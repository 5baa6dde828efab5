import { Socket } from 'node:net';

/** ms between two looks. */
const lookMs = 250;
/** Looks without a byte after which a replica is asked whether it is there: while requests wait for it, and while only connections are open. */
const patience = { waiting: 2, open: 8 } as const;
/** ms without a sign after which others are preferred, long before it is given up: machines side by side connect in a few. */
const doubtAfter = 200;

/** What nobody says who is there: somebody who refuses a connection is there. */
const silent = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN']);

/** What is open with a replica. */
export interface Open {
  readonly sockets: ReadonlySet<Socket>;
  /** Requests that wait for an answer. */
  readonly waiting: number;
}

/**
 * Finds out whether the machine of a replica is still there: one that has lost its power closes no connection, and what was sent on it would
 * wait for minutes. Where nothing is heard for a moment on whatever is open, it is asked for a new connection, and only one that does not even
 * get that is gone. A service that merely takes long is not disturbed.
 */
export class Presence {
  readonly #place: { readonly host: string; readonly port: number };
  readonly #within: number;
  readonly #open: () => Open;
  readonly #lost: () => void;
  readonly #timer: NodeJS.Timeout;
  #heard = 0;
  #quiet = 0;
  #asking = false;
  #late = false;
  #gone = false;

  /**
   * @param within ms in which a new connection has to be made
   * @param lost called when it is gone: nothing that is open will ever be answered
   */
  constructor(
    place: { readonly host: string; readonly port: number },
    within: number,
    open: () => Open,
    lost: () => void,
  ) {
    this.#place = place;
    this.#within = within;
    this.#open = open;
    this.#lost = lost;
    this.#timer = setInterval(() => this.#look(), lookMs).unref();
  }

  /** It is gone, or does not answer as it should: another one is the better choice. */
  get doubtful(): boolean {
    return this.#gone || this.#late;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { sockets, waiting } = this.#open();
    const heard = [...sockets].reduce((sum, socket) => sum + socket.bytesRead, 0);
    const quiet = sockets.size > 0 && heard === this.#heard;
    this.#heard = heard;
    this.#quiet = quiet ? this.#quiet + 1 : 0;
    const limit = waiting > 0 ? patience.waiting : patience.open;
    if (this.#asking || !(this.#gone || this.#quiet >= limit)) return;
    this.#quiet = 0;
    void this.#ask();
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    const before = this.#heard;
    const doubt = setTimeout(() => {
      this.#late = true;
    }, doubtAfter);
    const there = await this.#connects();
    clearTimeout(doubt);
    this.#asking = false;
    this.#late = false;
    // What was heard meanwhile says more than a connection that was not made.
    if (there || this.#heard !== before) this.#gone = false;
    else {
      this.#gone = true;
      this.#lost();
    }
  }

  #connects(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = new Socket().unref();
      const end = (there: boolean) => {
        clearTimeout(late);
        socket.destroy();
        resolve(there);
      };
      const late = setTimeout(() => end(false), this.#within);
      socket.once('connect', () => end(true));
      socket.once('error', ({ code }: NodeJS.ErrnoException) => end(!silent.has(code ?? '')));
      socket.connect(this.#place);
    });
  }
}
