import { expect, test } from 'vitest';
import { errorKind } from './error-kinds.ts';

test.each([
  ['{"level":30,"msg":"ready"}', null],
  ['{"level":"info","msg":"Error: none at all"}', null],
  ['GET /errors 200', null],
  [
    '{"level":50,"err":{"type":"TypeError","message":"x is null"},"msg":"job 7 failed"}',
    'TypeError: x is null: job # failed',
  ],
  ['2026-11-23T12:00:00.123Z ERROR lead 6561f0c2a1b2c3d4e5f60718 of "Ana"', '# ERROR lead # of "…"'],
  ['Error: connect ECONNREFUSED 127.0.0.1:27017', 'Error: connect ECONNREFUSED #.#.#.#:#'],
  ['Unhandled rejection 3f2504e0-4f89-11d3-9a0c-0305e82c3301', 'Unhandled rejection #'],
])('%s', (line, kind) => {
  expect(errorKind(line)).toBe(kind);
});
