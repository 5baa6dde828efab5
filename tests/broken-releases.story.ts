import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { underLoad } from './local/load.ts';
import { Project } from './local/project.ts';

describe('a broken release', () => {
  let project: Project;
  let good: string;
  beforeAll(async () => {
    project = await Project.sample();
    good = (await project.change(['deploy'])).version;
  });
  afterAll(() => project?.close());

  test.each([
    ['crash', 'that crashes at start', /ended with exit code 1/],
    ['silent', 'that never listens', /not healthy after 3 s.*nothing listens/],
    ['unhealthy', 'that answers 500 on health', /not healthy after 3 s.*answered 500/],
    [
      'short-lived',
      'that dies one second after going healthy',
      /was healthy, and then ended with exit code 7/,
    ],
  ])('%s: one %s changes nothing', async (behaviour, _what, reason) => {
    project.write('behaviour.txt', behaviour);
    project.commit();
    let said = { stdout: '', stderr: '' };
    const seen = await underLoad(project.url, { rate: 50, kinds: [] }, async () => {
      ({ said } = await project.change(['deploy'], 4));
    });
    expect(JSON.parse(said.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ verdict: 'failed' });
    expect(said.stderr).toMatch(reason);
    // The failed service's last words, whatever it said before; and where to look next.
    const lines = said.stderr.match(/line \d+ of v\d+_\d+/g) ?? [];
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThanOrEqual(20);
    // Its replicas share a log: the one that failed has said all, and the other may have been ended in the middle of it.
    const numbers = lines.map((line) => Number(/\d+/.exec(line)?.[0]));
    const after = numbers.slice(numbers.lastIndexOf(30) + 1);
    expect(numbers).toContain(30);
    // Whole lines in their order, as it wrote them.
    expect(after).toEqual(after.map((_, i) => (after[0] ?? 0) + i));
    expect(said.stderr).toMatch(/conductor logs local web/);
    expect(seen).toMatchObject({ failed: 0, releases: 1 });
    const status = await project.status();
    expect(status).toMatchObject({ state: 'live', release: { version: good } });
    expect(status.services.map(({ name }) => name)).toEqual(['web', 'clock']);
    for (const service of status.services) expect(service).toMatchObject({ state: 'live', version: good });
  });

  test('fixed, it goes live', async () => {
    project.write('behaviour.txt', 'good');
    project.commit();
    const { version, previous } = await project.change(['deploy']);
    expect(previous).toBe(good);
    expect(await project.status()).toMatchObject({ state: 'live', release: { version } });
  });
});
