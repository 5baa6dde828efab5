import { existsSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Belonging, belongingTo, end } from './belongings.ts';
import { entriesOf } from './folder.ts';
import { mountsBelow, unmount } from './mounts.ts';

/** What a test file left behind. */
export interface Left {
  readonly processes: readonly Belonging[];
  readonly entries: readonly string[];
  /** File systems that are mounted in its folder. */
  readonly mounts: readonly string[];
}

/** ms in which what was told to end may end. */
const patience = 5_000;

/** Waits until nothing belongs to a folder any more, ends and removes what still does, and says what that was; null: nothing. */
export async function leftIn(folder: string, wait = patience): Promise<Left | null> {
  const late = performance.now() + wait;
  let left = look(folder);
  while (!isNothing(left) && performance.now() < late) {
    await sleep(50);
    left = look(folder);
  }
  end(left.processes);
  // What lies in it goes with it.
  unmount(left.mounts);
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  return isNothing(left) ? null : left;
}

const look = (folder: string): Left => ({
  processes: belongingTo(folder),
  entries: existsSync(folder) ? entriesOf(folder) : [],
  mounts: mountsBelow(folder),
});

const isNothing = ({ processes, entries, mounts }: Left) =>
  processes.length === 0 && entries.length === 0 && mounts.length === 0;

/** For people: which processes, with their ports, which file systems, and which entries of its temporary folder. */
export function say({ processes, entries, mounts }: Left): string {
  const running = processes.map(({ pid, command, ports }) => {
    const listening = ports.length > 0 ? ` listening on ${ports.join(', ')}` : '';
    return `process ${pid}${listening} (${command})`;
  });
  const lying = entries.length > 0 ? [`${entries.join(', ')} in the temporary folder`] : [];
  const mounted = mounts.map((path) => `a file system mounted at ${path}`);
  return [...running, ...mounted, ...lying].join('; ');
}
