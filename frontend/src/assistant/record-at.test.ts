import { expect, it } from 'vitest';
import { recordAt } from './record-at.ts';

it.each([
  ['/companies/0123456789abcdef01234567', { entity: 'company', id: '0123456789abcdef01234567' }],
  ['/leads', undefined],
  ['/settings/profile', undefined],
])('%s shows %j', (path, record) => {
  expect(recordAt(path)).toEqual(record);
});
