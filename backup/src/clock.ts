import { CLOCK_TOLERANCE } from './counts.ts';
import type { Store } from './stores/store.ts';

/** How our clock and the store's disagree, in words; undefined where they don't, or where the store doesn't tell its time. */
export async function clockTrouble(store: Store, now: () => Date): Promise<string | undefined> {
  const before = now().getTime();
  const there = (await store.time())?.getTime();
  const after = now().getTime();
  if (there === undefined) return undefined;
  // It was told at some time in between.
  const ahead = before > there ? before - there : Math.min(0, after - there);
  if (Math.abs(ahead) <= CLOCK_TOLERANCE) return undefined;
  const minutes = Math.round(Math.abs(ahead) / 60_000);
  const much = minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
  return `this machine's clock is ${much} ${ahead > 0 ? 'ahead of' : 'behind'} that of ${store.name}`;
}
