/**
 * Makes what a screen reads of its address all that it is told of it. The router adds what was read to what stands there, so that a value that
 * was dropped for being wrong would come back; here it is said to be undefined.
 */
export const only =
  <Search extends object>(read: (address: Record<string, unknown>) => Search) =>
  (address: Record<string, unknown>): Search => {
    const nothing = Object.fromEntries(Object.keys(address).map((name) => [name, undefined]));
    return { ...nothing, ...read(address) };
  };
