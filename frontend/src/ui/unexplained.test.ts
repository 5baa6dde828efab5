import { expect, it } from 'vitest';
import { Problem } from '../api/problem.ts';
import { isUnexplained } from './unexplained.ts';

const wrong = (...fields: string[]) =>
  new Problem({
    title: 'Wrong',
    status: 422,
    errors: fields.map((field) => ({ pointer: `#/${field}`, code: 'wrong', detail: 'Wrong.' })),
  });

it('is what no input of the form can say', () => {
  const inputs = { name: '', emails: '' };
  expect(isUnexplained(null, inputs)).toBe(false);
  expect(isUnexplained(wrong('name', 'emails/0/value'), inputs)).toBe(false);
  expect(isUnexplained(wrong('name', 'amountCents'), inputs)).toBe(true);
  expect(isUnexplained(wrong(), inputs)).toBe(true);
  expect(isUnexplained(new Error('offline'), inputs)).toBe(true);
});
