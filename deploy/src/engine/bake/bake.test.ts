import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { projectSchema } from '../../config/schema.ts';
import type { ObservedService } from '../../model/observed.ts';
import type { Service } from '../../model/service.ts';
import type { LogLine } from '../../targets/target.ts';
import type { VersionStats } from '../probe/measure.ts';
import { bake, TurnedBad } from './bake.ts';
import { Watch } from './watch.ts';

const { bounds } = projectSchema.shape.environments.valueType.parse({
  target: { kind: 'local', settings: {} },
});
const [previous, version] = ['v20260101_000000', 'v20260102_000000'];
const worker: Service = {
  name: 'worker',
  root: '.',
  start: ['node', 'worker.ts'],
  paths: [],
  metrics: { path: '/metrics', token: 'TOKEN', requests: 'r', duration: 'd', jobs: 'jobs', errorLines: 'e' },
  replicas: 2,
  drain: 5,
  singleton: false,
  variables: { TOKEN: { kind: 'secret', value: 'let-me-in' } },
};

/** A worker of two replicas in a place whose every part can be made to misbehave. */
let place: {
  release: string;
  failedJobs: number;
  restarts: number;
  state: ObservedService['state'];
  unreachable: boolean;
  log: (() => AsyncIterable<LogLine>) | undefined;
  urls: string[];
  /** What visitors were answered, and how many of it failed; undefined: the place does not see it. */
  traffic: { answers: number; errors: number } | undefined;
};
let servers: Server[];
let notes: string[];

beforeEach(async () => {
  notes = [];
  place = {
    release: previous,
    failedJobs: 0,
    restarts: 0,
    state: 'live',
    unreachable: false,
    log: undefined,
    urls: [],
    traffic: undefined,
  };
  servers = [1, 2].map(() =>
    createServer((request, response) => {
      const admitted = request.headers.authorization === 'Bearer let-me-in';
      response.writeHead(admitted ? 200 : 401, { 'x-release': place.release });
      response.end(`jobs{outcome="completed"} 10\njobs{outcome="failed"} ${place.failedJobs}\n`);
    }),
  );
  await Promise.all(
    servers.map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))),
  );
  place.urls = servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterEach(async () => {
  await Promise.all(
    servers.map((server) => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    }),
  );
});

async function baked(
  turn: () => void = () => {},
  probe?: () => Record<string, VersionStats>,
  seconds = 0.4,
  services = [worker],
): Promise<void> {
  const watch = new Watch({
    services,
    probe: probe && { take: async () => probe() },
    note: (text) => notes.push(text),
    target: {
      inspect: async () => {
        if (place.unreachable) throw new Error('no network');
        const { state, restarts, release } = place;
        const replicas = { ready: 2, wanted: 2 };
        const service = { name: 'worker', state, version: release, replicas, restarts, variables: {} };
        return { live: release, services: [service], stores: [], domains: [], urls: {} };
      },
      async *logs() {
        if (place.log) yield* place.log();
      },
      replicaUrls: async () => place.urls,
      ...(place.traffic && {
        traffic: async (asked: string) => {
          const counts = {
            ...place.traffic!,
            buckets: [[Number.POSITIVE_INFINITY, place.traffic!.answers]] as const,
          };
          return asked === place.release ? [{ service: 'web', process: `1 ${asked}`, ...counts }] : [];
        },
      }),
    },
  });
  const before = await watch.before(previous, {});
  place.release = version;
  let looks = 0;
  const reporter = { progress: () => ++looks === 2 && turn() };
  await bake({
    seconds,
    version,
    previous,
    bounds,
    watch,
    urls: {},
    before,
    reporter,
    signal: new AbortController().signal,
    everyMs: 20,
  });
}

test('a release that stays well goes through', async () => {
  await baked();
  expect(notes).toEqual([]);
});

test('jobs that begin to fail, by the metrics of both replicas', async () => {
  const bad = await baked(() => {
    place.failedJobs = 3;
  }).catch((error: unknown) => error);
  expect(bad).toBeInstanceOf(TurnedBad);
  expect((bad as TurnedBad).message).toContain('the metrics of worker: 100.0 % of 6 tries of jobs failed');
  expect((bad as TurnedBad).services).toEqual(['worker']);
});

test('restarts since the watch began, not those of before', async () => {
  place.restarts = 7;
  await baked();
  await expect(
    baked(() => {
      place.restarts = 9;
    }),
  ).rejects.toThrow('worker restarted 2 times');
});

test('lines of error in its log', async () => {
  place.log = async function* () {
    const at = () => new Date(Date.now() + 1000).toISOString();
    if (place.release !== version) return;
    for (let line = 0; line < 11; line++) yield { service: 'worker', at: at(), text: '{"level":"error"}' };
  };
  await expect(baked()).rejects.toThrow('11 lines of level error within a minute (before: 0, bound: 10)');
});

test('answers that fail, against those of the release before', async () => {
  const stats = (errors: number) => ({ answers: 50, errors, p95: 20 });
  const good = { [previous]: stats(0), [version]: stats(0) };
  await baked(undefined, () => good);
  await expect(baked(undefined, () => ({ [version]: stats(5) }))).rejects.toThrow('the public address: ');
});

describe('what visitors are answered', () => {
  const web: Service = { ...worker, name: 'web', paths: ['/'], health: { path: '/health', deadline: 5 } };
  const { metrics: _, ...untold } = web;

  test('is judged where the place sees it, also of a service without metrics', async () => {
    place.traffic = { answers: 100, errors: 0 };
    await baked(undefined, undefined, 0.4, [untold]);
    expect(notes).toEqual([]);
    const bad = await baked(
      () => {
        place.traffic = { answers: 150, errors: 15 };
      },
      undefined,
      0.4,
      [untold],
    ).catch((error: unknown) => error);
    expect(bad).toBeInstanceOf(TurnedBad);
    expect((bad as TurnedBad).message).toContain(
      'the traffic of web: 30.0 % of 50 answers failed (before: 0.0 %, bound: ',
    );
    expect((bad as TurnedBad).services).toEqual(['web']);
  });

  test('that failed as often before takes nothing back', async () => {
    place.traffic = { answers: 100, errors: 30 };
    await baked(
      () => {
        place.traffic = { answers: 150, errors: 45 };
      },
      undefined,
      0.4,
      [untold],
    );
  });

  test('and cannot be seen, is said', async () => {
    const silent = () => ({});
    await baked(undefined, silent, 0.1, [untold]);
    expect(notes).toEqual([
      'Of web the watch sees what /health answers. With `metrics` in the config, it sees every answer.',
    ]);
    notes = [];
    await baked(undefined, undefined, 0.1, [untold]);
    expect(notes).toEqual([
      'Of web the watch sees nothing of what it answers. With `metrics` in the config, it sees every answer.',
    ]);
  });
});

test('what cannot be asked takes nothing back, and is said once', async () => {
  await baked(
    () => {
      place.unreachable = true;
    },
    // Silence from everywhere: it is we who are cut off.
    (): Record<string, VersionStats> =>
      place.unreachable ? { '': { answers: 50, errors: 50, p95: 9 } } : {},
  );
  expect(notes).toEqual(['Cannot be watched for now: the services (no network)']);
  place.unreachable = false;
  place.urls = ['http://127.0.0.1:1'];
  notes = [];
  await baked();
  expect(notes).toHaveLength(1);
  expect(notes[0]).toContain('the metrics of worker');
});
