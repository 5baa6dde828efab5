import { within } from './moving.ts';

/** Calls under way at once: one that is never answered keeps one of the four threads that everything in this process shares. */
const AT_ONCE = 2;

/** There was no answer in time. */
export class NoAnswer extends Error {}

/**
 * Calls that end: by their answer, or with {@link NoAnswer} after so many milliseconds. A thread that waits for a mount whose server is gone can't
 * be called back; so while one is overdue the others are refused, rather than taking all threads with them.
 */
export class Calls {
  readonly #timeout: number;
  #underWay = 0;
  #overdue = 0;
  #waiting: { readonly enter: () => void; readonly refuse: (error: Error) => void }[] = [];

  constructor(timeout: number) {
    this.#timeout = timeout;
  }

  /** `more`: milliseconds beyond the usual for what is known to take long. */
  async ask<T>(work: () => Promise<T>, more = 0): Promise<T> {
    await this.#enter();
    let late = false;
    const answer = work().finally(() => {
      if (late) this.#overdue--;
      this.#leave();
    });
    return within(answer, this.#timeout + more, () => {
      late = true;
      this.#overdue++;
      for (const { refuse } of this.#waiting.splice(0)) refuse(this.#silence());
      return this.#silence();
    });
  }

  async #enter(): Promise<void> {
    if (this.#overdue > 0) throw this.#silence();
    if (this.#underWay < AT_ONCE) this.#underWay++;
    else await new Promise<void>((enter, refuse) => this.#waiting.push({ enter, refuse }));
  }

  /** The place goes to the next in the line, where there is one. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next.enter();
    else this.#underWay--;
  }

  #silence = () => new NoAnswer(`There was no answer for ${this.#timeout / 1000} s`);
}
