import type { Clock } from 'conductor-backup/retry';

/** Milliseconds for which what was read is as good as read now, while nobody here changes anything. */
const fresh = 1_000;

/**
 * Something that a platform is asked for, remembered for a moment: so that two parts of one step ask once. What decides whether a release
 * is live, has failed or is rolled back is read with `within: 0`.
 */
export class Glance<T> {
  readonly #look: () => Promise<T>;
  readonly #clock: Clock;
  #seen: { readonly at: number; readonly what: T } | null = null;
  /** How often something was changed: what was asked for before a change and answered after it is not remembered. */
  #changes = 0;

  constructor(look: () => Promise<T>, clock: Clock) {
    this.#look = look;
    this.#clock = clock;
  }

  /** `within`: milliseconds that it may have been read before. */
  async read(within: number = fresh): Promise<T> {
    if (this.#seen && this.#clock.now() < this.#seen.at + within) return this.#seen.what;
    const changes = this.#changes;
    const what = await this.#look();
    if (changes === this.#changes) this.#seen = { at: this.#clock.now(), what };
    return what;
  }

  /** It is this now: we have just made it so. */
  know(what: T): void {
    this.forget();
    this.#seen = { at: this.#clock.now(), what };
  }

  /** Something is changed: what was read counts no more. */
  forget(): void {
    this.#changes++;
    this.#seen = null;
  }
}

/** The glance of this name, made where there is none yet. */
export function glanceOf<T>(
  all: Map<string, Glance<T>>,
  name: string,
  clock: Clock,
  look: () => Promise<T>,
): Glance<T> {
  const there = all.get(name) ?? new Glance(look, clock);
  all.set(name, there);
  return there;
}
