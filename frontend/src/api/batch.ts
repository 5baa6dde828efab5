interface Waiting<Key, Value> {
  readonly key: Key;
  resolve(value: Value | null): void;
  reject(error: unknown): void;
}

/** Gathers what is asked for within a moment, and asks for it together. */
export class Batch<Key, Value> {
  readonly #most: number;
  readonly #load: (keys: readonly Key[]) => Promise<readonly (Value | null)[]>;
  #waiting: Waiting<Key, Value>[] = [];

  /** `load` gives one value for each key, null where there is none; it gets `most` keys at most. */
  constructor(most: number, load: (keys: readonly Key[]) => Promise<readonly (Value | null)[]>) {
    this.#most = most;
    this.#load = load;
  }

  ask(key: Key): Promise<Value | null> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, resolve, reject });
      // All that one rendering asks for is here by the next turn.
      if (this.#waiting.length === 1) setTimeout(() => this.#send(), 0);
    });
  }

  #send(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let at = 0; at < waiting.length; at += this.#most)
      void this.#sendSome(waiting.slice(at, at + this.#most));
  }

  async #sendSome(waiting: readonly Waiting<Key, Value>[]): Promise<void> {
    try {
      const values = await this.#load(waiting.map(({ key }) => key));
      for (const [index, { resolve }] of waiting.entries()) resolve(values[index] ?? null);
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }
}
