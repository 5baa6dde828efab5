import type { Clock } from 'conductor-backup/retry';
import { ConductorError, exitCode } from '../../errors.ts';
import { commandLine } from '../shell-words.ts';
import type { CommandOrder } from '../target.ts';
import { operations, type RenderJob, type RenderService } from './operations.ts';
import type { Site } from './site.ts';

/** Milliseconds between two looks. */
const pause = 3_000;

/** Exit codes of the words that end a job. Render does not tell the program's own. */
const ends: Readonly<Record<string, number>> = { succeeded: 0, failed: 1, canceled: 1 };

/** Runs a command as a one-off job of a service: with its build and its variables, in an instance of its own. */
export async function runJob(
  { rest, clock, context }: Pick<Site, 'rest' | 'clock' | 'context'>,
  { id: serviceId, ownerId }: Pick<RenderService, 'id' | 'ownerId'>,
  { words, signal }: CommandOrder,
  write: (text: string) => void,
): Promise<number> {
  const body = { startCommand: commandLine(words) };
  const { id: jobId } = await rest(operations.createJob, { path: { serviceId }, body });
  const given = new Set<string>();
  const tell = async () => {
    const query = { ownerId, resource: [jobId], direction: 'backward', limit: 100 };
    const { logs } = await rest(operations.logs, { query });
    for (const line of [...logs].sort((a, b) => a.timestamp.localeCompare(b.timestamp))) {
      if (!given.has(line.id)) write(`${line.message}\n`);
      given.add(line.id);
    }
  };
  for (;;) {
    const job = await rest(operations.job, { path: { serviceId, jobId } });
    await tell();
    if (isOver(job)) {
      // The last lines come a little later than the end.
      await clock.sleep(pause);
      await tell();
      const code = ends[job.status];
      if (code !== undefined) return code;
      throw unknownEnd(job, context.environment);
    }
    if (!(await pausedUnless(signal, clock))) {
      await rest(operations.cancelJob, { path: { serviceId, jobId } });
      return exitCode.interrupted;
    }
  }
}

const isOver = ({ status, finishedAt }: RenderJob): boolean => status in ends || Boolean(finishedAt);

/** False when it was interrupted. */
async function pausedUnless(signal: AbortSignal, clock: Clock): Promise<boolean> {
  try {
    await clock.sleep(pause, signal);
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}

const unknownEnd = ({ id, status }: RenderJob, environment: string) =>
  new ConductorError({
    code: 'render.job-unknown',
    message: `Render says "${status}" of the job ${id} that has ended on ${environment}, so its outcome is not known.`,
    hint: 'Look at the jobs of the service in the dashboard of Render.',
    exit: exitCode.unknown,
    fault: 'platform',
  });
