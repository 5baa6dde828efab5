import { z } from 'zod';
import type { Proof } from '../model/proof.ts';
import { proofSchema, verdicts } from './record.ts';
import { keepable } from './redacted.ts';

const at = z.iso.datetime();
const opened = z.object({
  type: z.literal('opened'),
  at,
  deploy: z.string(),
  kind: z.enum(['deploy', 'rollback']),
  version: z.string(),
  previous: z.string().nullable(),
  by: z.object({ user: z.string(), host: z.string() }),
  steps: z.array(z.object({ id: z.string(), title: z.string() })),
  options: z.object({ probe: z.number(), bake: z.number(), reason: z.string().optional() }),
});
/** A line of a journal. */
export const journalLine = z.discriminatedUnion('type', [
  opened,
  z.object({ type: z.literal('begin'), at, step: z.string() }),
  z.object({ type: z.literal('done'), at, step: z.string(), detail: z.string().optional() }),
  z.object({ type: z.literal('failed'), at, step: z.string(), detail: z.string() }),
  z.object({
    type: z.literal('closed'),
    at,
    verdict: z.enum(verdicts),
    proofs: z.array(proofSchema).readonly().optional(),
  }),
]);
export type JournalHeader = Omit<z.infer<typeof opened>, 'type' | 'at'>;
export type JournalLine = z.infer<typeof journalLine>;

/**
 * Who must have a line before the next thing is done: everybody who shares the ledger (`must`); they too, but where they cannot be
 * reached it goes on (`should`); this machine's disk (`later`: the others get it with a later line).
 */
export type Known = 'must' | 'should' | 'later';

/** Where the lines of one journal go. */
export interface JournalFile {
  /** @throws {ConductorError} `lock.lost` (exit 6), unless `later`, when the lock under which it is written is someone else's by now. */
  write(line: JournalLine, known: Known): Promise<void>;
}

/** The steps of one deploy as they happen, each line on the disk before the next thing is done. */
export class Journal {
  readonly #file: JournalFile;
  readonly #redact: (text: string) => string;

  constructor(file: JournalFile, redact: (text: string) => string) {
    this.#file = file;
    this.#redact = redact;
  }

  open = ({ options: { reason, ...options }, ...header }: JournalHeader): Promise<void> => {
    const why = reason === undefined ? {} : { reason: keepable(reason, this.#redact) };
    return this.#file.write(
      { type: 'opened', at: now(), ...header, options: { ...options, ...why } },
      'must',
    );
  };
  begin = (step: string, known: Known): Promise<void> =>
    this.#file.write({ type: 'begin', at: now(), step }, known);
  done = (step: string, detail?: string): Promise<void> => {
    const words = detail === undefined ? {} : { detail: keepable(detail, this.#redact) };
    return this.#file.write({ type: 'done', at: now(), step, ...words }, 'later');
  };
  failed = (step: string, detail: string): Promise<void> =>
    this.#file.write({ type: 'failed', at: now(), step, detail: keepable(detail, this.#redact) }, 'should');
  close = (verdict: (typeof verdicts)[number], proofs: readonly Proof[] = []): Promise<void> =>
    this.#file.write({ type: 'closed', at: now(), verdict, ...(proofs.length > 0 && { proofs }) }, 'should');
}

const now = () => new Date().toISOString();

/** A deploy whose journal was never closed: it is under way, or was killed. */
export interface Interrupted extends JournalHeader {
  readonly since: string;
  /** Ids of the steps that were finished. */
  readonly done: ReadonlySet<string>;
  /** A step had failed, and what it had begun was being rolled back. */
  readonly failed: boolean;
  /** The step that was begun and not finished; undefined between two steps. */
  readonly current: { readonly id: string; readonly title: string; readonly since: string } | undefined;
}

/** What the lines of a journal tell; undefined where nothing was done yet, or the deploy was ended. */
export const interruptedIn = (lines: readonly JournalLine[]): Interrupted | undefined =>
  lines.some((each) => each.type === 'closed') ? undefined : leftIn(lines);

/** The step that only looks whether the release is live. */
const look = 'verify';

/** The same of a deploy that has ended, and nobody could tell how. Where only the look at it has failed, another one may see more. */
export function doubtfulIn(lines: readonly JournalLine[]): Interrupted | undefined {
  const left = leftIn(lines.filter((each) => each.type !== 'closed'));
  const failed = lines.findLast((each) => each.type === 'failed');
  return left && { ...left, failed: failed !== undefined && failed.step !== look };
}

function leftIn(lines: readonly JournalLine[]): Interrupted | undefined {
  const header = lines[0];
  // Killed while the journal was opened: nothing had been done yet, so there is nothing to end.
  if (header?.type !== 'opened') return undefined;
  const done = new Set(lines.flatMap((each) => (each.type === 'done' ? [each.step] : [])));
  const last = lines.findLast((each) => each.type === 'begin');
  const step = last && !done.has(last.step) ? header.steps.find(({ id }) => id === last.step) : undefined;
  const { type: _, at: since, ...rest } = header;
  const failed = lines.some((each) => each.type === 'failed');
  return { ...rest, since, done, failed, current: step && last && { ...step, since: last.at } };
}
