import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SmallDisk } from '../../../tests/setup/small-disk.ts';
import { TestProject } from '../../test/project.ts';
import { appendLine } from '../ledger/jsonl.ts';

const missing = SmallDisk.missing('ext4');
/** Runs a project on a disk of its own that has one release live. */
const onSmallDisk = (
  name: string,
  body: (project: TestProject, disk: SmallDisk, first: string) => Promise<void>,
) =>
  it.skipIf(missing !== null)(missing === null ? name : `${name} (${missing})`, async () => {
    const disk = SmallDisk.make('ext4', 16);
    try {
      const project = await TestProject.create(disk.path);
      try {
        const { version } = (await project.run('deploy --json')).json();
        await body(project, disk, version);
      } finally {
        disk.makeRoom();
        await project.remove();
      }
    } finally {
      disk.remove();
    }
  });

/** Uses up what is left of the journal's last block, so that not even its shortest line fits. */
async function fillJournal({ folder }: TestProject): Promise<void> {
  const journals = join(folder, '.conductor/test/journal');
  const newest = readdirSync(journals).sort().at(-1) ?? '';
  const line = { type: 'done', at: new Date().toISOString(), step: '' };
  for (;;) {
    try {
      await appendLine(join(journals, newest), line);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      return;
    }
  }
}

onSmallDisk(
  'a deploy that finds the disk full changes nothing, and says so',
  async (project, disk, first) => {
    disk.fill();
    const { code, stderr } = await project.run('deploy');
    expect(code).toBe(3);
    expect(stderr).toContain('There is no room on the disk for the lock of test; nothing was changed.');
    expect(project.place.live?.release.version).toBe(first);
    disk.makeRoom();
    expect((await project.run('deploy')).code).toBe(0);
  },
);

onSmallDisk(
  'filled before the cutover, the old release goes on, and the error says that',
  async (project, disk, first) => {
    project.place.onStage = async (stage) => {
      if (stage !== 'start web') return;
      disk.fill();
      await fillJournal(project);
    };
    const { code, stderr } = await project.run('deploy');
    expect(stderr).toContain(`${first} serves now, but what was done could not be written down: ENOSPC`);
    expect(stderr).not.toContain('nothing was changed');
    expect(code).toBe(4);
    expect(project.place.live?.release.version).toBe(first);

    disk.makeRoom();
    project.place.onStage = () => {};
    const ended = await project.run('deploy --abort');
    expect(ended.code).toBe(0);
    expect(project.place.live?.release.version).not.toBe(first);
  },
);

onSmallDisk(
  'filled after the cutover, the error says that the new release serves, and resume comes to the verdict',
  async (project, disk, first) => {
    project.place.onStage = async (stage) => {
      if (stage !== 'cutover') return;
      disk.fill();
      await fillJournal(project);
    };
    const { code, stderr } = await project.run('deploy');
    const live = project.place.live?.release.version;
    expect(live).not.toBe(first);
    expect(stderr).toContain(`${live} serves now, but what was done could not be written down: ENOSPC`);
    expect(code).toBe(7);

    disk.makeRoom();
    project.place.onStage = () => {};
    const resumed = await project.run('resume --json');
    expect(resumed.json()).toMatchObject({ verdict: 'live', version: live });
    expect(resumed.code).toBe(0);
  },
);
