import { expect, it } from 'vitest';
import { destinations, isAlso } from './navigation.ts';

it('the pipeline is where its deals are, too', () => {
  const at = (path: string) => destinations.filter((one) => isAlso(one, path)).map(({ to }) => to);
  expect(at('/deals')).toEqual(['/pipeline']);
  expect(at('/deals/0123456789abcdef01234567')).toEqual(['/pipeline']);
  expect(at('/dealsmith')).toEqual([]);
  expect(at('/leads')).toEqual([]);
});
