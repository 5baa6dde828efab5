import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { appendLine, readLines } from './jsonl.ts';
import { verdicts } from './record.ts';

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
const line = z.discriminatedUnion('type', [
  opened,
  z.object({ type: z.literal('begin'), at, step: z.string() }),
  z.object({ type: z.literal('done'), at, step: z.string() }),
  z.object({ type: z.literal('failed'), at, step: z.string(), detail: z.string() }),
  z.object({ type: z.literal('closed'), at, verdict: z.enum(verdicts) }),
]);
export type JournalHeader = Omit<z.infer<typeof opened>, 'type' | 'at'>;
type Line = z.infer<typeof line>;

/** The steps of one deploy as they happen, each line on the disk before the next thing is done. */
export class Journal {
  readonly #file: string;

  constructor(folder: string, deploy: string) {
    this.#file = join(folder, `${deploy}.jsonl`);
  }

  open = (header: JournalHeader): Promise<void> => this.#write({ type: 'opened', at: now(), ...header });
  begin = (step: string): Promise<void> => this.#write({ type: 'begin', at: now(), step });
  done = (step: string): Promise<void> => this.#write({ type: 'done', at: now(), step });
  failed = (step: string, detail: string): Promise<void> =>
    this.#write({ type: 'failed', at: now(), step, detail });
  close = (verdict: (typeof verdicts)[number]): Promise<void> =>
    this.#write({ type: 'closed', at: now(), verdict });

  #write(value: Line): Promise<void> {
    return appendLine(this.#file, value);
  }
}

const now = () => new Date().toISOString();

/** A deploy whose journal was never closed: it is under way, or was killed. */
export interface Interrupted extends JournalHeader {
  readonly since: string;
  /** Ids of the steps that were finished. */
  readonly done: ReadonlySet<string>;
  /** A step had failed, and what it had begun was being taken back. */
  readonly failed: boolean;
  /** The step that was begun and not finished; undefined between two steps. */
  readonly current: { readonly id: string; readonly title: string; readonly since: string } | undefined;
}

/**
 * The newest deploy of an environment, if it was never ended.
 * @throws {ConductorError} `ledger.corrupted` (exit 7).
 */
export async function interruptedDeploy(folder: string): Promise<Interrupted | undefined> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const newest = names
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .at(-1);
  if (newest === undefined) return undefined;
  const lines = await readLines(join(folder, newest), line);
  const header = lines[0];
  // Killed while the journal was opened: nothing had been done yet, so there is nothing to end.
  if (header?.type !== 'opened' || lines.some((each) => each.type === 'closed')) return undefined;
  const done = new Set(lines.flatMap((each) => (each.type === 'done' ? [each.step] : [])));
  const last = lines.findLast((each) => each.type === 'begin');
  const step = last && !done.has(last.step) ? header.steps.find(({ id }) => id === last.step) : undefined;
  const { type: _, at: since, ...rest } = header;
  const failed = lines.some((each) => each.type === 'failed');
  return { ...rest, since, done, failed, current: step && last && { ...step, since: last.at } };
}
