/** Something that is going to happen. */
export interface Coming {
  readonly at: number;
  readonly run: () => void;
  canceled: boolean;
}

/** What is going to happen, in the order of its time. Time passes in jumps, and nothing on the way is left out. */
export class Timeline {
  /** Milliseconds; while something happens, its own time. */
  now: number;
  #coming: Coming[] = [];

  constructor(now: number) {
    this.now = now;
  }

  after(milliseconds: number, run: () => void): Coming {
    const one: Coming = { at: this.now + milliseconds, run, canceled: false };
    const next = this.#coming.findIndex(({ at }) => at > one.at);
    this.#coming.splice(next < 0 ? this.#coming.length : next, 0, one);
    return one;
  }

  advance(to: number): void {
    for (let next = this.#coming[0]; next && next.at <= to; next = this.#coming[0]) {
      this.#coming.shift();
      if (next.canceled) continue;
      this.now = Math.max(this.now, next.at);
      next.run();
    }
    this.now = Math.max(this.now, to);
  }
}
