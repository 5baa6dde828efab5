import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Project, places } from './command-project.ts';
import { DigitalOceanTwin } from './digitalocean-twin.ts';

/** Requests that something takes on a platform: four services with fifteen settings each, MongoDB and Redis. */
export interface Requests {
  /** Of a change of one setting in all services. */
  readonly plan: number;
  /** From an empty account. */
  readonly first: number;
  readonly change: number;
}

/**
 * The most that is promised. Railway's free plan has a hundred requests an hour; Render takes 400 readings and 30 changes a minute,
 * DigitalOcean 250 requests.
 * Render shows and takes the variables and the deployments of one service at a time: each service costs two requests to see, and eight to
 * deploy and prove.
 */
export const promised: Readonly<Record<string, Requests>> = {
  Railway: { plan: 6, first: 60, change: 30 },
  Render: { plan: 10, first: 80, change: 65 },
  DigitalOcean: { plan: 6, first: 60, change: 30 },
};

/** Milliseconds that a platform takes to answer: what is remembered for a moment only has to be asked for anew by then. */
export const answerTime = 300;

/** Counts what a first deploy, a plan and the deploy of a change ask the twin of a platform of {@link promised}. */
export async function countRequests(name: string): Promise<Requests> {
  const place = places[name]!;
  const platform = await place.open();
  const { twin } = platform;
  const folder = await mkdtemp(path.join(tmpdir(), 'conductor-requests-'));
  // Pages of two are for the tests.
  if (twin instanceof DigitalOceanTwin) twin.longestPage = 200;
  twin.answerTime = answerTime;
  const project = new Project(folder, place, platform);
  const count = async (line: string): Promise<number> => {
    const before = twin.requests.length;
    const { code, stderr } = await project.run(line);
    if (code !== 0) throw new Error(`${name}: ${line} ended with ${code}\n${stderr}`);
    return twin.requests.length - before;
  };
  try {
    await project.describe('info', 'a');
    const first = await count('deploy --json');
    await project.describe('debug', 'b');
    return { plan: await count('plan --json'), first, change: await count('deploy --json') };
  } finally {
    await platform.close();
    await rm(folder, { recursive: true, force: true });
  }
}
