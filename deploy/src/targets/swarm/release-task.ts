import type { Release } from '../../model/release.ts';
import { poll } from '../poll.ts';
import type { Reading } from '../rollout.ts';
import { serviceName } from './names.ts';
import { ended, ensureService, removeService, tasksOf } from './services.ts';
import type { Site } from './site.ts';
import { type Part, taskSpec } from './spec.ts';
import { lastLines, wordsOf } from './tasks.ts';

/**
 * Runs the release's task once and takes it away. One that an earlier command has begun is joined.
 * @returns null when it ended well
 */
export async function runReleaseTask(
  site: Site,
  release: Release,
  part: Part,
  signal: AbortSignal,
): Promise<Reading | null> {
  const { command, deadline } = release.task!;
  const name = serviceName(site.context, 'release', release.version);
  const { service } = await ensureService(site, taskSpec(part, name, 'task', command));
  try {
    const over = async () =>
      (await tasksOf(site, service.ID)).find(({ Status }) => ended.includes(Status.State));
    const task = await poll(over, {
      clock: site.clock,
      within: deadline * 1_000,
      signal,
      pace: { first: 250, factor: 1.5, most: 2_000 },
    });
    if (task?.Status.State === 'complete') return null;
    const last = task ?? (await tasksOf(site, service.ID))[0];
    const evidence = last
      ? await lastLines(site, last).catch((error: Error) => [`no logs: ${error.message}`])
      : [];
    const why = task
      ? wordsOf(task)
      : `it did not end within ${deadline} s${last ? `: ${wordsOf(last)}` : ''}`;
    return { state: 'failed', detail: `release task: ${why}`, evidence };
  } finally {
    await removeService(site, service.ID);
  }
}
