import { expect, it } from 'vitest';
import { Code, type Literal, literal } from './literal.ts';

it.each([
  'plain',
  "it's",
  '"said"',
  `both ' and "`,
  'a\\b',
  'two\nlines with `ticks` and ${' + 'braces} and a \\',
  '',
  [],
  {},
  { a: 1, 'b-c': [true, 'x'], ['d'.repeat(100)]: { e: 'f'.repeat(100) } },
] as Literal[])('writes %o so that it is read as the same', (value) => {
  expect(new Function(`return (${literal(value)})`)()).toEqual(value);
});

it('spreads, keeps code, and breaks lines that would be long', () => {
  expect(literal({ '...shared': '', gone: undefined, source: new Code("github('a/b')") })).toBe(
    "{ ...shared, source: github('a/b') }",
  );
  expect(literal({ a: 'x'.repeat(60), b: 'y'.repeat(60) }, '  ')).toBe(
    `{\n    a: '${'x'.repeat(60)}',\n    b: '${'y'.repeat(60)}',\n  }`,
  );
});
