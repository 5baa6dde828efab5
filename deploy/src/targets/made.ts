/** What one command has made on a platform, so that a refusal in the middle leaves nothing half made. */
export class Made {
  readonly #undo: (() => Promise<unknown>)[] = [];

  /** Says how to take away what was just made. */
  add(undo: () => Promise<unknown>): void {
    this.#undo.push(undo);
  }

  /** Takes everything away again, the last first. */
  async takeAway(): Promise<void> {
    for (const undo of this.#undo.splice(0).reverse()) await undo();
  }
}
