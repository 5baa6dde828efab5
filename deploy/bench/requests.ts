/** Requests that a plan, a first deploy and a change take on each platform, against its twin. `npm run bench -w deploy` */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Project, places, variables } from '../test/platforms/command-project.ts';
import { DigitalOceanTwin } from '../test/platforms/digitalocean-twin.ts';
import { promise } from './promise.ts';

/** Railway's free plan has a hundred requests an hour. Render takes 400 readings a minute and DigitalOcean 250, one thing at a time. */
const limits: Readonly<Record<string, readonly [plan: number, first: number, change: number]>> = {
  Railway: [6, 60, 30],
  Render: [15, 200, 160],
  DigitalOcean: [6, 80, 55],
};

Object.assign(process.env, variables);
for (const [name, place] of Object.entries(places)) {
  const platform = await place.open();
  const folder = await mkdtemp(path.join(tmpdir(), 'conductor-requests-'));
  // Pages of two are for the tests.
  if (platform.twin instanceof DigitalOceanTwin) platform.twin.longestPage = 200;
  const project = new Project(folder, place, platform);
  const count = async (line: string): Promise<number> => {
    const before = platform.twin.requests.length;
    const { code, stderr } = await project.run(line);
    if (code !== 0) throw new Error(`${name}: ${line} ended with ${code}\n${stderr}`);
    return platform.twin.requests.length - before;
  };
  try {
    const [planLimit, firstLimit, changeLimit] = limits[name]!;
    const how = 'against its twin';
    await project.describe('info', 'a');
    const first = await count('deploy --json');
    await project.describe('debug', 'b');
    promise(`${name}: plan`, await count('plan --json'), planLimit, 'requests', how);
    promise(`${name}: first deploy`, first, firstLimit, 'requests', how);
    promise(`${name}: change`, await count('deploy --json'), changeLimit, 'requests', how);
  } finally {
    await platform.close();
    await rm(folder, { recursive: true, force: true });
  }
}
