import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { countGit } from '../../test/counted-git.ts';
import type { TestProject } from '../../test/project.ts';
import { TestTeam } from '../../test/team.ts';

/** How often a command asks the place (several requests each, on a platform) and the team's remote (a second each, over a network). */
let team: TestTeam;
let ana: TestProject;
beforeEach(async () => {
  team = await TestTeam.create();
  ana = await team.machine();
});
afterEach(() => team.remove());

async function askedBy(line: string, exit = 0) {
  team.place.inspected = 0;
  const git = await countGit(async () => {
    const { code, stderr } = await ana.run(line);
    expect(code, stderr).toBe(exit);
  });
  return { ...git, looks: team.place.inspected };
}

it('asks for what is there three times in a deploy: for the plan, after the cutover, and for the verdict', async () => {
  expect((await askedBy('deploy')).looks).toBe(3);
  const again = await askedBy('deploy');
  expect(again.looks).toBe(3);
  console.info(`deploy: ${JSON.stringify(again)}`);
  expect(again.fetches).toBeLessThanOrEqual(4);
  expect(again.pushes).toBeLessThanOrEqual(18);
  expect(again.processes).toBeLessThanOrEqual(160);
});

it('asks no more often when the team is told and checks come after it', async () => {
  let heard = 0;
  const hook = createServer((_request, response) => {
    heard++;
    response.end();
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
  const told = `notify: [{ kind: 'slack', url: '${url}' }], checks: { only: ['target', 'smoke', 'team-notified'] }`;
  await ana.describe('good', {}, told);
  try {
    await ana.run('deploy');
    const { looks, fetches } = await askedBy('deploy');
    // The start and the end of two deploys.
    expect(heard).toBe(4);
    expect(looks).toBe(3);
    expect(fetches).toBeLessThanOrEqual(5);
  } finally {
    await new Promise((resolve) => hook.close(resolve));
  }
});

it('asks anew after a failure: for the plan, and for what is live then', async () => {
  await ana.run('deploy');
  await ana.describe('crash');
  expect((await askedBy('deploy', 4)).looks).toBe(2);
});

it('asks the remote twice to say how an environment is, and what a deploy would change', async () => {
  await ana.run('deploy');
  for (const line of ['status', 'plan']) {
    const asked = await askedBy(line);
    console.info(`${line}: ${JSON.stringify(asked)}`);
    expect(asked).toMatchObject({ looks: 1, pushes: 0 });
    expect(asked.fetches).toBeGreaterThan(0);
    expect(asked.fetches).toBeLessThanOrEqual(2);
  }
});
