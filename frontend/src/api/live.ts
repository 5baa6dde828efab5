/** One change that the server announces; `id` is where to go on after a lost connection. */
export interface LiveEvent {
  v: 1;
  id: string;
  type: string;
  entity: string;
  entityId: string;
  version?: number;
  changed?: string[];
  actorId?: string | null;
  at: string;
  [extra: string]: unknown;
}

export type LiveState = 'connecting' | 'open' | 'waiting' | 'closed';

export interface LiveOptions {
  address: string;
  onEvent(event: LiveEvent): void;
  onState(state: LiveState): void;
  /** The server takes this session no longer: nothing comes any more, nor is asked for. */
  onRefused(): void;
  /** Called when a connection is open again and the server can't say what was missed: everything may be stale. */
  onGap(): void;
  WebSocket?: typeof globalThis.WebSocket;
  random?: () => number;
}

/** The server is restarting on purpose; another process is ready already (RFC 6455's "service restart"). */
const serviceRestart = 1012;
/** The session ended; connecting again would only be refused again. */
const notAllowed = [1008, 4401, 4403];
const longestWait = 30_000;

/**
 * Live updates that keep themselves open. A lost connection comes back after 0.5 s, doubling to 30 s, with jitter so that
 * browsers don't return all at once; after close code 1012 (a new release) at once. Unreadable messages are dropped.
 */
export class LiveConnection {
  readonly #options: LiveOptions;
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #lastEventId: string | undefined;
  #wasOpen = false;
  #ended = false;

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  open(): void {
    clearTimeout(this.#timer);
    if (this.#ended || this.#socket) return;
    this.#options.onState('connecting');
    const Socket = this.#options.WebSocket ?? globalThis.WebSocket;
    const url = new URL(this.#options.address);
    if (this.#lastEventId) url.searchParams.set('lastEventId', this.#lastEventId);
    const socket = new Socket(url);
    this.#socket = socket;
    socket.addEventListener('open', () => this.#opened());
    socket.addEventListener('message', ({ data }) => this.#received(data));
    socket.addEventListener('close', ({ code }) => this.#lost(code));
  }

  /** Ends the connection for good. */
  close(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#socket?.close(1000);
    this.#options.onState('closed');
  }

  #opened(): void {
    this.#attempt = 0;
    this.#options.onState('open');
    if (this.#wasOpen && !this.#lastEventId) this.#options.onGap();
    this.#wasOpen = true;
  }

  #received(data: unknown): void {
    const message = parse(data);
    if (!message) return;
    if (message.type === 'replay.gap') this.#options.onGap();
    if (typeof message.id !== 'string' || typeof message.entity !== 'string') return;
    this.#lastEventId = message.id;
    this.#options.onEvent(message as LiveEvent);
  }

  #lost(code: number): void {
    this.#socket = undefined;
    if (this.#ended) return;
    if (notAllowed.includes(code)) {
      this.close();
      this.#options.onRefused();
      return;
    }
    const first = this.#attempt === 0;
    const wait = code === serviceRestart && first ? 0 : this.#backOff();
    this.#attempt += 1;
    this.#options.onState('waiting');
    this.#timer = setTimeout(() => this.open(), wait);
  }

  /** Half of the doubled wait is certain, the other half chance. */
  #backOff(): number {
    const full = Math.min(longestWait, 500 * 2 ** this.#attempt);
    return full / 2 + (this.#options.random ?? Math.random)() * (full / 2);
  }
}

function parse(data: unknown): (Partial<LiveEvent> & { type?: string }) | undefined {
  try {
    const message: unknown = JSON.parse(String(data));
    return typeof message === 'object' && message !== null ? message : undefined;
  } catch {
    return undefined;
  }
}
