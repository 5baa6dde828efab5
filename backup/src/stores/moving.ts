/** Bytes that buy a body another while: fewer in that time is standing still. */
export const ENOUGH = 64 * 1024;

/**
 * Passes a body on for as long as it moves. When waiting for its next 64 KiB (or its end) took `timeout` milliseconds in all, it fails with a
 * `TimeoutError` and lets the body go. The time that the reader takes for itself doesn't count.
 */
export async function* moving(body: AsyncIterable<Uint8Array>, timeout: number): AsyncGenerator<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]();
  let waited = 0;
  let bytes = 0;
  try {
    for (;;) {
      const began = performance.now();
      const next = await within(iterator.next(), Math.max(0, timeout - waited), () => stands(timeout));
      if (next.done) return;
      waited += performance.now() - began;
      bytes += next.value.length;
      if (bytes >= ENOUGH) waited = bytes = 0;
      yield next.value;
    }
  } finally {
    // A body that stands still may take as long to be let go of.
    void Promise.resolve(iterator.return?.()).catch(() => {});
  }
}

/** What `work` comes to, or the failure `late` after so many milliseconds; what it comes to later is dropped. */
export async function within<T>(work: Promise<T>, milliseconds: number, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), milliseconds);
  });
  try {
    return await Promise.race([work, end]);
  } finally {
    clearTimeout(timer);
  }
}

const stands = (timeout: number): Error => timeoutError(`The answer stood still for ${timeout / 1000} s`);

/** Named as the SDK names its own, which it tries again. */
export const timeoutError = (message: string): Error =>
  Object.assign(new Error(message), { name: 'TimeoutError' });
