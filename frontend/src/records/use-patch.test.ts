import { expect, it } from 'vitest';
import { unsettled } from './use-patch.ts';

const base = { name: 'Ana', companyName: null, tags: ['a'], version: 3 };

it('asks only about fields that both changed, to different values', () => {
  const current = { ...base, name: 'Ana Lima', tags: ['a', 'b'], version: 4 };
  expect(unsettled({ name: 'Ana Souza', companyName: 'Lume' }, base, current)).toEqual({ name: 'Ana Souza' });
  expect(unsettled({ name: 'Ana Lima' }, base, current)).toEqual({});
  expect(unsettled({ companyName: 'Lume' }, base, current)).toEqual({});
  expect(unsettled({ tags: ['c'] }, base, current)).toEqual({ tags: ['c'] });
});
