import type { RecordLink } from '../timeline/timeline-query.ts';
import { sendFile } from './send-file.ts';

/** The largest file, as the API has it. */
export const mostBytes = 10 * 1024 * 1024;

type Send = (...given: Parameters<typeof sendFile>) => Promise<unknown>;

/** Why a file is not even sent. */
export type Refusal = 'tooLarge' | 'empty' | 'folder';

/** A file on its way to a record, or one that did not get there. */
export interface Upload {
  readonly id: number;
  readonly link: RecordLink;
  readonly file: File;
  readonly state: 'waiting' | 'sending' | 'failed';
  /** How much of it is sent, from 0 to 1. */
  readonly part: number;
  /** Why it failed: known beforehand, or what sending it threw. */
  readonly refusal?: Refusal;
  readonly error?: unknown;
  readonly onDone: () => void;
}

/** What somebody chose or dropped; a folder comes as a file, too. */
export interface Chosen {
  file: File;
  isFolder?: boolean;
}

/**
 * Files on their way, one after another. It lives outside the screens, so that going to another one ends nothing.
 * `list` is a new one after every change, as useSyncExternalStore wants it.
 */
export class Uploads {
  list: readonly Upload[] = [];
  readonly #send: Send;
  readonly #listeners = new Set<() => void>();
  #lastId = 0;
  #sending: { id: number; control: AbortController } | undefined;

  constructor(send: Send) {
    this.#send = send;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Begins to send; `onDone` is called for each that has arrived. */
  add(link: RecordLink, chosen: readonly Chosen[], onDone: () => void): void {
    const uploads = chosen.map((one): Upload => {
      const refusal = refusalOf(one);
      this.#lastId += 1;
      return {
        id: this.#lastId,
        link,
        file: one.file,
        state: refusal ? 'failed' : 'waiting',
        refusal,
        part: 0,
        onDone,
      };
    });
    this.#show([...this.list, ...uploads]);
    void this.#next();
  }

  /** Ends one that is under way, or takes one that failed off the list. */
  remove(id: number): void {
    if (this.#sending?.id === id) this.#sending.control.abort();
    this.#show(this.list.filter((one) => one.id !== id));
  }

  retry(id: number): void {
    this.#change(id, { state: 'waiting', part: 0, error: undefined });
    void this.#next();
  }

  async #next(): Promise<void> {
    const upload = this.list.find(({ state }) => state === 'waiting');
    if (this.#sending || !upload) return;
    const { id, link, file } = upload;
    const control = new AbortController();
    this.#sending = { id, control };
    this.#change(id, { state: 'sending' });
    try {
      const onProgress = (part: number) => this.#change(id, { part });
      await this.#send(link, file, { signal: control.signal, onProgress });
      this.#show(this.list.filter((one) => one.id !== id));
      upload.onDone();
    } catch (error) {
      // One that was cancelled is off the list already.
      this.#change(id, { state: 'failed', error });
    }
    this.#sending = undefined;
    await this.#next();
  }

  #change(id: number, change: Partial<Upload>): void {
    this.#show(this.list.map((one) => (one.id === id ? { ...one, ...change } : one)));
  }

  #show(list: readonly Upload[]): void {
    this.list = list;
    for (const listener of this.#listeners) listener();
  }
}

function refusalOf({ file, isFolder }: Chosen): Refusal | undefined {
  if (isFolder) return 'folder';
  if (file.size === 0) return 'empty';
  return file.size > mostBytes ? 'tooLarge' : undefined;
}

/** Those of this browser. */
export const uploads = new Uploads(sendFile);
