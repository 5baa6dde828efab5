import { describe, expect, it } from 'vitest';
import { Measure, type Sample } from './measure.ts';

const sample = (route: string, endedAt: number, status = 200, release: string | null = 'v1'): Sample => ({
  route,
  sentAt: endedAt - 10,
  endedAt,
  status,
  release,
});

function measured(samples: readonly Sample[], routes = ['/']): Measure {
  const measure = new Measure();
  measure.begin(routes, 0);
  for (const each of samples) measure.add(each);
  return measure;
}

describe('what a visitor would have noticed', () => {
  it('is the longest time without a good answer, and every failed request', () => {
    const measure = measured([
      sample('/', 100),
      sample('/', 300, 503),
      sample('/', 500, 0),
      sample('/', 900),
    ]);
    expect(measure.result(950)).toEqual({ sent: 4, failed: 2, longestGapMs: 800 });
  });

  it('counts a gap that nobody has ended: from the last good answer, or from the start', () => {
    expect(measured([sample('/', 100), sample('/', 400, 500)]).result(5_100)).toMatchObject({
      failed: 1,
      longestGapMs: 5_000,
    });
    expect(measured([]).result(700)).toEqual({ sent: 0, failed: 0, longestGapMs: 700 });
  });

  it('is told of each route by itself: one that answers hides no other', () => {
    const busy = [100, 200, 300, 400].map((at) => sample('/api', at));
    expect(measured([...busy, sample('/', 50)], ['/', '/api']).result(410).longestGapMs).toBe(360);
  });

  it('takes a refusal of the visitor’s own request for an answer', () => {
    expect(measured([sample('/', 100, 404)]).result(100)).toMatchObject({ sent: 1, failed: 0 });
  });

  it('says of each version what it answered since it was last asked', () => {
    const measure = measured([
      sample('/', 100),
      sample('/', 200, 500, 'v2'),
      sample('/', 300, 200, 'v2'),
      sample('/', 400, 0, null),
    ]);
    expect(measure.take()).toEqual({
      v1: { answers: 1, errors: 0, p95: 10 },
      v2: { answers: 2, errors: 1, p95: 10 },
      '': { answers: 1, errors: 1, p95: 10 },
    });
    expect(measure.take()).toEqual({});
  });
});
