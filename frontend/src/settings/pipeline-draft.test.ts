import { expect, it } from 'vitest';
import { draftOf, moved, pipelineBody } from './pipeline-draft.ts';

const stage = (id: string, more: object = {}) =>
  ({ id, name: id, probability: 10, rotDays: null, type: 'open', archived: false, ...more }) as never;

it('leaves archived stages out, and sends what was changed', () => {
  const draft = draftOf({
    id: 'p',
    name: ' Vendas ',
    isDefault: true,
    version: 3,
    stages: [stage('a'), stage('b', { archived: true }), stage('won', { type: 'won' })],
  });
  expect(pipelineBody(draft)).toEqual({
    name: 'Vendas',
    isDefault: true,
    stages: [
      { id: 'a', name: 'a', probability: 10, rotDays: null, type: 'open' },
      { id: 'won', name: 'won', probability: 10, rotDays: null, type: 'won' },
    ],
  });
});

it('moves an item up and down', () => {
  expect(moved(['a', 'b', 'c'], 2, 1)).toEqual(['a', 'c', 'b']);
  expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c']);
});
