import { expect, it } from 'vitest';
import { Block, Call, Raw, wrapped, written } from './code.ts';

it('writes values as people do, each quote and backslash in its place', () => {
  expect(written(["it's", 'a "b"', 'c\\d', 'two\nlines'], 0)).toBe(
    `["it's", 'a "b"', 'c\\\\d', 'two\\nlines']`,
  );
  expect(
    written(
      new Block(
        [
          { key: 'kind', value: 'redis' },
          { key: 'a-b', value: 1 },
        ],
        { flat: true },
      ),
      0,
    ),
  ).toBe("{ kind: 'redis', 'a-b': 1 }");
});

it('breaks what has no room', () => {
  const name = 'A'.repeat(40);
  const block = new Block([
    { comment: ['Said.'], key: name, value: new Call('optional', new Call('secret', name)) },
    { key: 'LONG', value: 'x'.repeat(80) },
    { bare: '...shared' },
    {},
    { key: 'list', value: [name, name] },
    { key: 'off', value: new Block([{ key: 'a', value: new Raw('b()') }]), off: true },
  ]);
  expect(written(block, 0)).toBe(`{
  // Said.
  ${name}: optional(
    secret('${name}'),
  ),
  LONG:
    '${'x'.repeat(80)}',
  ...shared,

  list: [
    '${name}',
    '${name}',
  ],
  // off: {
  //   a: b(),
  // },
}`);
});

it('wraps comments', () => {
  expect(wrapped('a bb ccc dddd', 4)).toEqual(['a bb', 'ccc', 'dddd']);
});
