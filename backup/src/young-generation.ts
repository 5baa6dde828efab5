import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * What is left behind outside of the heap before it is collected, in bytes. Left to itself, V8 waits until that is 64 MB, and what
 * it then finds in use still, it takes for lasting and keeps for another 64.
 */
const ENOUGH = 4 * 1024 * 1024;

/** Bytes of one piece of work that are worth a look at the whole heap: some ten milliseconds. */
const LARGE = 8 * 1024 * 1024;

let leftBehind = 0;
let collect: ((type: 'minor' | 'major') => void) | undefined;

/** Notes that buffers of so many bytes were dropped or soon will be, and collects those of the last {@link ENOUGH}: half a millisecond. */
export function leaveBehind(bytes: number): void {
  leftBehind += bytes;
  if (leftBehind < ENOUGH) return;
  leftBehind = 0;
  collect ??= collection();
  // A large one has seen several young collections while it came in pieces, so no other young one finds it.
  collect(bytes >= LARGE ? 'major' : 'minor');
}

/** Looks at the whole heap: before something that takes much of it. */
export function collectAll(): void {
  leaveBehind(Math.max(LARGE, ENOUGH));
}

/** V8 shows its collector only where it was told to before the context was made. */
function collection(): (type: 'minor' | 'major') => void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as NodeJS.GCFunction;
  setFlagsFromString('--no-expose-gc');
  return (type) => gc({ type });
}
