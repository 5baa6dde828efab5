import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Target } from '../../src/targets/target.ts';
import { canary, deploy, first, second, services, withImages } from './crm.ts';
import { openSwarm, type SwarmPlatform } from './swarm-bench.ts';

const images = withImages(services);

describe('a command of a service on a swarm', () => {
  let platform: SwarmPlatform;
  let target: Target;
  let out = '';
  let complained = '';
  beforeEach(async () => {
    platform = await openSwarm({}, { services: images });
    target = await platform.target();
    await deploy(target, first, { services: images });
    [out, complained] = ['', ''];
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      complained += text;
      return true;
    });
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await platform.close();
    expect(platform.twin.violations).toEqual([]);
  });

  const run = (version = first, signal = new AbortController().signal) =>
    target.run!({
      ...{ service: 'backend', version, words: ['node', 'tell.js'], signal },
      output: (text) => {
        out += text;
      },
    });
  const tasks = () =>
    platform.twin.look().services.filter(({ spec }) => spec.Labels['conductor.role'] === 'task');

  it('writes each line once, to the stream that it was for and without secrets, and ends as it did', async () => {
    platform.twin.once = () => ({
      exitCode: 3,
      lines: ['one', `two ${canary}-smtp`],
      complaints: ['it is late'],
    });
    expect(await run()).toBe(3);
    expect(out).toBe('backend starts\none\ntwo [SMTP_PASSWORD of backend]\n');
    expect(complained).toBe('it is late\n');
    expect(tasks()).toEqual([]);
  });

  it('says all of it also where the engine breaks the logs off', async () => {
    platform.twin.once = () => ({ exitCode: 0, lines: ['one', 'two', 'three'] });
    platform.twin.faults = (_n, { path, query }) =>
      path.includes('/logs') && query.has('follow') ? 'not-accepted' : null;
    expect(await run()).toBe(0);
    expect(out).toBe('backend starts\none\ntwo\nthree\n');
  });

  it('ends when it is interrupted, and leaves nothing', async () => {
    const interrupt = new AbortController();
    platform.twin.taskTime = 3_600_000;
    platform.twin.faults = (_n, { path }) => {
      if (path.endsWith('/tasks')) interrupt.abort();
      return null;
    };
    await run(first, interrupt.signal).catch(() => {});
    await vi.waitFor(() => expect(tasks()).toEqual([]));
  });

  it('is not run by a release that serves no more', async () => {
    await deploy(target, second, { services: images });
    await expect(run()).rejects.toMatchObject({ code: 'run.not-live', exit: 7 });
  });
});
