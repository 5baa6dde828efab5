/** Milliseconds in which what was begun on the side may still end. */
const GRACE = 1_000;

/**
 * Ends the process now. `process.exit` waits for the thread of each call of the file system, and so for ever where a mount whose server is gone
 * answers none; another program in the place of this one waits for nobody.
 */
export function leave(code: number): never {
  if (hasFileCalls()) process.execve?.('/bin/sh', ['sh', '-c', `exit ${code}`], {});
  process.exit(code);
}

/** Has the process end also when it has given its answer and a call of the file system still keeps it. */
export function leaveBehind(code: number): void {
  setTimeout(() => {
    if (hasFileCalls()) leave(code);
  }, GRACE).unref();
}

const hasFileCalls = (): boolean => process.getActiveResourcesInfo().some((what) => what.startsWith('FSReq'));
