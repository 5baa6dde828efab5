/** How long a rollback on this machine takes, as a whole process, with the release before kept warm and without. `npm run bench -w deploy` */
import { BenchProject } from './project.ts';
import { median, promise } from './promise.ts';

const runs = 3;

const project = await BenchProject.open();
try {
  const warm: number[] = [];
  const cold: number[] = [];
  await project.conductor('deploy');
  for (let run = 0; run < runs; run++) {
    await project.conductor('deploy');
    const { warm: kept } = JSON.parse((await project.conductor('status', '--json')).result);
    if (kept === null) throw new Error('The release before is not kept warm.');
    warm.push((await project.conductor('rollback', '--yes', kept.version)).seconds);
    // What was rolled back from was ended.
    cold.push((await project.conductor('rollback', '--yes', await before(kept.version))).seconds);
  }
  promise('rollback, kept warm', median(warm), 1, 's', `median of ${runs}`);
  promise('rollback, started again', median(cold), 2, 's', `median of ${runs}`);
} finally {
  await project.close();
}

/** A release that is not running. */
async function before(live: string): Promise<string> {
  const releases: { version: string }[] = JSON.parse((await project.conductor('releases', '--json')).result);
  return releases.find(({ version }) => version !== live)!.version;
}
