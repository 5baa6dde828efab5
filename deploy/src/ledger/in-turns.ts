/**
 * Shares work among those who ask for it at the same time, never so that somebody is told what was so before they asked: who asks while it
 * is under way gets the next turn, which begins when this one has ended, together with all who asked meanwhile.
 */
export function inTurns<T>(work: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | undefined;
  return () => {
    next ??= underWay.then(() => {
      next = undefined;
      const turn = work();
      underWay = turn.catch(() => {});
      return turn;
    });
    return next;
  };
}
