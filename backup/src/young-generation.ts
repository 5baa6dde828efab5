import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * What is left behind outside of the heap before it is collected, in bytes. Left to itself, V8 waits until that is 64 MB, and what
 * it then finds in use still, it takes for lasting and keeps for another 64.
 */
const ENOUGH = 4 * 1024 * 1024;

/** Bytes of one piece of work that are worth a look at the whole heap: some ten milliseconds. */
const LARGE = 8 * 1024 * 1024;

/** Bytes that outlived young collections since the last look at the whole heap, which is worth another one then. */
const OUTLIVED = 8 * 1024 * 1024;

let leftBehind = 0;
/** Bytes outside of the heap that were in use at the last look at the whole of it, or fewer since. */
let lasting = 0;
let collect: ((options: NodeJS.GCOptions) => void) | undefined;

/**
 * Notes that buffers of so many bytes were dropped or soon will be, and collects those of the last {@link ENOUGH}: half a millisecond. `outlived`:
 * bytes that may outlive young collections before the whole heap is looked at.
 */
export function leaveBehind(bytes: number, outlived = OUTLIVED): void {
  leftBehind += bytes;
  if (leftBehind < ENOUGH) return;
  leftBehind = 0;
  collect ??= collection();
  // A large one has seen several young collections while it came in pieces, so no other young one finds it.
  if (bytes < LARGE) {
    collect({ type: 'minor' });
    const { arrayBuffers } = process.memoryUsage();
    lasting = Math.min(lasting, arrayBuffers);
    if (arrayBuffers - lasting < outlived) return;
  }
  collect({ type: 'major' });
  lasting = process.memoryUsage().arrayBuffers;
}

/** Notes that so many bytes will be in use for a while: it is not for them that the whole heap is to be looked at. */
export function willLast(bytes: number): void {
  lasting += bytes;
}

/** Looking at the whole heap takes at most so much of the time: it may be large, of a program that backs up beside other things. */
const SHARE = 1 / 20;
let tookUntil = Number.NEGATIVE_INFINITY;
let took = 0;

/**
 * Looks at the whole heap, and gives back what V8 keeps for what is young: 32 MB once a program has been loaded, or thousands of collections
 * listed. Before something that takes much memory; some 50 milliseconds. Not again for twenty times as long as it took, unless `share` is greater.
 */
export function collectAll(share = SHARE): void {
  const start = performance.now();
  if (start - tookUntil < took / share) return;
  leftBehind = 0;
  collect ??= collection();
  collect({ type: 'major', flavor: 'last-resort' });
  lasting = process.memoryUsage().arrayBuffers;
  tookUntil = performance.now();
  took = tookUntil - start;
}

/** V8 shows its collector only where it was told to before the context was made. */
function collection(): (options: NodeJS.GCOptions) => void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as NodeJS.GCFunction;
  setFlagsFromString('--no-expose-gc');
  return gc;
}
