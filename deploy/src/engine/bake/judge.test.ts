import { describe, expect, test } from 'vitest';
import { projectSchema } from '../../config/schema.ts';
import { type Baseline, judge, type Look, type Seen } from './judge.ts';

const { bounds } = projectSchema.shape.environments.valueType.parse({
  target: { kind: 'local', settings: {} },
});
const version = 'v20260102_030405';
const nothing: Seen = { answers: 0, errors: 0, p95: null, jobs: 0, failedJobs: 0, errorLines: 0 };
const source = 'the metrics of web';
const sights = (seen: Partial<Seen>) =>
  new Map([[source, { service: 'web', seen: { ...nothing, ...seen } }]]);
const up = { name: 'web', state: 'live', version, restarts: 0 } as const;

/** A look each second, each with what was seen in it. */
const looksOf = (seconds: number, seen: (second: number) => Partial<Seen>): Look[] =>
  Array.from({ length: seconds }, (_, second) => ({
    at: second + 1,
    sights: sights(seen(second + 1)),
    services: [up],
  }));
const before: Baseline = {
  sights: sights({ answers: 1000, errors: 10, p95: 100, jobs: 100, failedJobs: 20, errorLines: 6 }),
  restarts: new Map([['web', 5]]),
};
const boundsCrossed = (looks: readonly Look[], baseline = before, own = bounds) =>
  judge(looks, baseline, own, version).map(({ bound }) => bound);

describe('answers', () => {
  test.each([
    ['as many errors as before', { answers: 50, errors: 1 }, []],
    ['5 % errors', { answers: 60, errors: 3 }, ['errors']],
    ['half of few answers', { answers: 1, errors: 0.5 }, []],
    ['p95 five times as long', { answers: 50, p95: 500 }, ['slower']],
    ['p95 twice as long', { answers: 50, p95: 200 }, []],
    ['a long p95 of few answers', { answers: 1, p95: 5000 }, []],
    ['no traffic at all', {}, []],
  ])('%s', (_what, seen, crossed) => {
    expect(boundsCrossed(looksOf(10, () => seen))).toEqual(crossed);
  });

  test('the bad seconds of long ago count no more, those of now do at once', () => {
    expect(boundsCrossed(looksOf(30, (second) => ({ answers: 50, errors: second < 15 ? 5 : 0 })))).toEqual(
      [],
    );
    const turning = looksOf(14, (second) => ({ answers: 50, errors: second > 10 ? 5 : 0 }));
    expect(boundsCrossed(turning)).toEqual(['errors']);
  });

  test('two failed answers are an accident, however few there are', () => {
    expect(boundsCrossed(looksOf(10, (second) => ({ answers: 3, errors: second > 8 ? 1 : 0 })))).toEqual([]);
  });

  test('one slow second is no verdict, nor are the first ones of a release', () => {
    const slow = (from: number, to: number) => (second: number) => ({
      answers: 50,
      p95: second >= from && second <= to ? 5000 : 100,
    });
    expect(boundsCrossed(looksOf(10, slow(4, 4)))).toEqual([]);
    expect(boundsCrossed(looksOf(4, slow(1, 4)))).toEqual([]);
    expect(boundsCrossed(looksOf(10, slow(4, 10)))).toEqual(['slower']);
  });

  test('below the least slow p95 it may be any multiple', () => {
    const quick = { ...before, sights: sights({ answers: 1000, p95: 2 }) };
    expect(
      boundsCrossed(
        looksOf(10, () => ({ answers: 50, p95: 199 })),
        quick,
      ),
    ).toEqual([]);
    expect(
      boundsCrossed(
        looksOf(10, () => ({ answers: 50, p95: 201 })),
        quick,
      ),
    ).toEqual(['slower']);
  });

  test('without a baseline errors are judged and times are not', () => {
    const none = { sights: new Map(), restarts: new Map() };
    expect(
      boundsCrossed(
        looksOf(10, () => ({ answers: 50, errors: 2, p95: 9000 })),
        none,
      ),
    ).toEqual(['errors']);
  });
});

describe('jobs and logs', () => {
  test.each([
    ['as many failed jobs as before', { jobs: 10, failedJobs: 2 }, []],
    ['every second job fails', { jobs: 2, failedJobs: 1 }, ['failedJobs']],
    ['a line of error each four seconds', { errorLines: 0.25 }, []],
    ['a line of error each second', { errorLines: 1 }, ['errorLines']],
  ])('%s', (_what, seen, crossed) => {
    expect(boundsCrossed(looksOf(30, () => seen))).toEqual(crossed);
  });

  test('four failed jobs are too few to tell', () => {
    expect(boundsCrossed(looksOf(30, (second) => (second <= 4 ? { jobs: 1, failedJobs: 1 } : {})))).toEqual(
      [],
    );
  });
});

describe('services', () => {
  const last = (service: object, looks = 1): Look[] => [
    ...looksOf(3, () => ({})),
    ...Array.from({ length: looks }, (_, index) => ({
      at: 4 + index,
      sights: new Map(),
      services: [{ ...up, ...service }],
    })),
  ];

  test.each([
    ['a single restart since the cutover', { restarts: 6 }, 1, []],
    ['two restarts', { restarts: 7 }, 1, ['restarts']],
    ['down for a moment', { state: 'failed' }, 1, []],
    ['down for good', { state: 'failed' }, 3, ['state']],
    ['another version', { version: 'v20250101_000000' }, 1, ['version']],
    ['a version that the place does not tell', { version: null }, 1, []],
  ] as const)('%s', (_what, service, looks, crossed) => {
    const calm = { ...before, restarts: new Map([['web', 5]]) };
    const all = last({ restarts: 5, ...service }, looks);
    expect(boundsCrossed(all, calm)).toEqual(crossed);
  });

  test('a place that cannot be asked says nothing', () => {
    const blind = looksOf(5, () => ({})).map((look) => ({ ...look, services: null }));
    expect(boundsCrossed(blind)).toEqual([]);
  });
});

test('an environment moves its bounds, and the evidence says what was seen, what was usual, and the bound', () => {
  const looks = looksOf(10, () => ({ answers: 50, errors: 5 }));
  expect(boundsCrossed(looks, before, { ...bounds, errors: 0.2 })).toEqual([]);
  expect(judge(looks, before, bounds, version)).toEqual([
    {
      bound: 'errors',
      service: 'web',
      evidence: 'the metrics of web: 10.0 % of 500 answers failed (before: 1.0 %, bound: 3.0 %)',
    },
  ]);
});
