import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** What the visitor saw. */
export interface Seen {
  /** Sent, by kind: fast, slow (2 s), upload (5 MB), sockets, streams (of events); bad: of them, those that a release that turned bad answered with 500. */
  readonly counts: Readonly<Record<string, number>>;
  readonly failed: number;
  /** The first of them. */
  readonly failures: readonly string[];
  /** All of them, by kind: fast, slow, upload, socket, stream. */
  readonly lost: Readonly<Record<string, number>>;
  /** Good answers to the fast requests. */
  readonly answered: number;
  /** Longest time between two answers, less what the visitor itself was late in that time, for want of a processor. */
  readonly longestGapMs: number;
  /** By how much the visitor itself was late at most. */
  readonly heldUpMs: number;
  /** When the longest gap began, in seconds from the first request. */
  readonly gapAtSecond: number;
  readonly perSecond: number;
  /** How many different releases answered. */
  readonly releases: number;
}

/**
 * Sends a visitor to an address while `work` goes on, and tells what they saw.
 * @throws {Error} when they asked less often than they should, or had no answer: what such a visitor did not see proves nothing.
 */
export async function underLoad(
  url: string,
  {
    rate = 200,
    kinds = ['slow', 'upload', 'sockets'],
    through = [],
    env = {},
  }: {
    rate?: number;
    kinds?: readonly string[];
    /** Words of a program that starts the visitor. */
    through?: readonly string[];
    env?: NodeJS.ProcessEnv;
  },
  work: () => Promise<void>,
): Promise<Seen> {
  const [file = '', ...words] = [
    ...[...through, process.execPath, join(import.meta.dirname, 'visitor.ts')],
    ...[url, String(rate), kinds.join(',')],
  ];
  const visitor = spawn(file, words, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const said = text(visitor.stdout);
  try {
    await work();
  } finally {
    visitor.stdin.end();
  }
  const seen = JSON.parse(await said) as Seen;
  if (!(seen.perSecond >= 0.9 * rate && seen.answered > 0))
    throw new Error(`A visitor who asks ${rate} times a second was no such visitor: ${JSON.stringify(seen)}`);
  return seen;
}
