import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** What the visitor saw. */
export interface Seen {
  /** Sent, by kind: fast, slow (2 s), upload (5 MB), sockets; of them bad: answered with 500 by a release that turned bad. */
  readonly counts: Readonly<Record<string, number>>;
  readonly failed: number;
  /** The first of them. */
  readonly failures: readonly string[];
  /** Longest time between two answers. */
  readonly longestGapMs: number;
  /** By how much the visitor itself was late at most, for want of a processor. */
  readonly heldUpMs: number;
  /** When the longest gap began, in seconds from the first request. */
  readonly gapAtSecond: number;
  readonly perSecond: number;
  /** How many different releases answered. */
  readonly releases: number;
}

/** Sends a visitor to an address while `work` goes on, and tells what they saw. */
export async function underLoad(
  url: string,
  { rate = 200, kinds = ['slow', 'upload', 'sockets'] }: { rate?: number; kinds?: readonly string[] },
  work: () => Promise<void>,
): Promise<Seen> {
  const visitor = spawn(
    process.execPath,
    [join(import.meta.dirname, 'visitor.ts'), url, String(rate), kinds.join(',')],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const said = text(visitor.stdout);
  try {
    await work();
  } finally {
    visitor.stdin.end();
  }
  return JSON.parse(await said) as Seen;
}
