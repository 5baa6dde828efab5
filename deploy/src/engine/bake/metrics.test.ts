import { expect, test } from 'vitest';
import { type Counts, p95Of, readCounts, since, together } from './metrics.ts';

const names = {
  requests: 'requests_total',
  duration: 'seconds',
  jobs: 'jobs_total',
  errorLines: 'errors_total',
};
const text = `# HELP requests_total Answers
# TYPE requests_total counter
requests_total{method="GET",status="2xx",path="/a \\"quoted\\" } brace"} 90
requests_total{method="GET",status="503"} 8 1700000000000
requests_total{method="POST",code="500"} 2
seconds_bucket{le="0.1",route="/a"} 50
seconds_bucket{le="0.2",route="/a"} 60
seconds_bucket{le="+Inf",route="/a"} 60
seconds_bucket{le="0.1",route="/b"} 30
seconds_bucket{le="0.2",route="/b"} 40
seconds_bucket{le="+Inf",route="/b"} 40
jobs_total{job="score",outcome="completed"} 7
jobs_total{job="score",outcome="failed"} 3
errors_total 4
other NaN
`;
const counts = readCounts(text, names);

test('adds up the series of each name, whatever their other labels', () => {
  expect(counts).toEqual({
    answers: 100,
    errors: 10,
    buckets: [
      [0.1, 80],
      [0.2, 100],
      [Number.POSITIVE_INFINITY, 100],
    ],
    jobs: 10,
    failedJobs: 3,
    errorLines: 4,
  });
});

test('a page that is no metrics is refused, a service without requests is not', () => {
  expect(() => readCounts('<!doctype html>\n<p>Hello', names)).toThrow('requests_total');
  expect(readCounts('jobs_total{outcome="failed"} 1', names)).toMatchObject({ answers: 0, failedJobs: 1 });
});

test('p95 lies where 95 of 100 answers do', () => {
  expect(p95Of(counts)).toBeCloseTo(175);
  expect(p95Of({ ...counts, buckets: [] })).toBeNull();
  const slow: Counts = {
    ...counts,
    buckets: [
      [0.1, 1],
      [Number.POSITIVE_INFINITY, 100],
    ],
  };
  expect(p95Of(slow)).toBe(100);
});

test('what happened between two readings, of several processes', () => {
  const later = readCounts(text.replace('status="503"} 8', 'status="503"} 11'), names);
  const between = since(counts, later);
  expect(between).toMatchObject({ answers: 3, errors: 3, jobs: 0 });
  expect(together([between!, counts])).toMatchObject({ answers: 103, errors: 13, failedJobs: 3 });
});

test('a counter that went back says nothing about what happened in between', () => {
  expect(since({ ...counts, answers: 500 }, counts)).toBeNull();
});
