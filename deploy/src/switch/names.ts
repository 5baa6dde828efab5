import { setTimeout as sleep } from 'node:timers/promises';

/** The addresses that a name has now; rejects where it has none, or nobody could be asked. */
export type Resolve = (name: string) => Promise<readonly string[]>;

/** ms between two lookups of a name. */
const everyMs = 1_000;
/** ms between two tries for a name that has to have an address. */
const retryMs = 200;

/**
 * The addresses behind names, looked up again each second. Where a lookup fails, the last ones stay: a name server that is away for a
 * moment must not take a service from its visitors.
 */
export class Names {
  readonly resolve: Resolve;
  readonly #say: (message: string) => void;
  readonly #known = new Map<string, readonly string[]>();
  readonly #asking = new Map<string, Promise<readonly string[]>>();
  readonly #failing = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  readonly #always: readonly string[];
  #followed: ReadonlySet<string> = new Set();
  /** Called when the addresses of a name have changed. */
  onChange: (name: string) => void = () => {};

  /**
   * @param say told once when a name begins to fail, and when it is found again
   * @param always names that are followed whatever else is
   */
  constructor(resolve: Resolve, say: (message: string) => void, always: readonly string[] = []) {
    this.resolve = resolve;
    this.#say = say;
    this.#always = always;
    this.follow([]);
    this.#timer = setInterval(() => {
      for (const name of this.#followed) void this.latest(name);
    }, everyMs);
  }

  /** From now on these names, and no others, are looked up each second; new ones at once. */
  follow(names: Iterable<string>): void {
    this.#followed = new Set([...this.#always, ...names]);
    for (const name of this.#known.keys()) if (!this.#followed.has(name)) this.#forget(name);
    for (const name of this.#followed) if (!this.#known.has(name)) void this.latest(name);
  }

  /** The last addresses that are known, sorted; none where it has never been found. */
  of(name: string): readonly string[] {
    return this.#known.get(name) ?? [];
  }

  /** Looks a name up now. Answers with what is known then: of a lookup that fails, the addresses from before. */
  async latest(name: string): Promise<readonly string[]> {
    await this.#ask(name).catch(() => {});
    return this.of(name);
  }

  /**
   * Looks names up until each has an address now, or so many ms have passed, or nobody waits any more.
   * @returns those that have none
   */
  async missing(names: Iterable<string>, within: number, signal: AbortSignal): Promise<string[]> {
    const deadline = performance.now() + within;
    let missing = [...new Set(names)];
    for (;;) {
      const answers = await Promise.allSettled(missing.map((name) => this.#ask(name)));
      missing = missing.filter((_, at) => answers[at]!.status === 'rejected');
      if (missing.length === 0 || performance.now() >= deadline || signal.aborted) return missing;
      await sleep(retryMs);
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** One lookup of a name at a time. Rejects as the lookup does. */
  #ask(name: string): Promise<readonly string[]> {
    const asking = this.#asking.get(name) ?? this.#lookUp(name).finally(() => this.#asking.delete(name));
    this.#asking.set(name, asking);
    return asking;
  }

  async #lookUp(name: string): Promise<readonly string[]> {
    const before = this.of(name);
    let found: readonly string[];
    try {
      found = (await this.resolve(name)).toSorted();
      if (found.length === 0) throw new Error('no address');
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const kept = before.length > 0 ? `; it stays ${before.join(', ')}` : '';
      if (!this.#failing.has(name)) this.#say(`${name} is not found (${code ?? message})${kept}`);
      this.#failing.add(name);
      throw error;
    }
    if (this.#failing.delete(name)) this.#say(`${name} is found again: ${found.join(', ')}`);
    this.#known.set(name, found);
    if (found.join() !== before.join()) this.onChange(name);
    return found;
  }

  #forget(name: string): void {
    this.#known.delete(name);
    this.#failing.delete(name);
  }
}
