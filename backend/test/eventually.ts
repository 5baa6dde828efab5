/** Asks again until `ask` gives something, or fails with what was waited for. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined | false | null>,
  limitMs = 10_000,
): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const found = await ask();
    if (found) return found;
    if (Date.now() > end) throw new Error(`Waited ${limitMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
