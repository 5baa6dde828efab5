import { expect, it } from 'vitest';
import { shownValues } from './shown-values.ts';

const long = 'https://one.example.com,https://two.example.com,https://three.example.com';

it.each([
  ['short values as they are', ['info', 'warn'], ['info', 'warn']],
  ['one value', ['info'], ['info']],
  ['none', [], []],
  ['what is blank, in quotes', ['', ' a'], ['""', '" a"']],
  ['what cannot be seen, written out', ['a\nb\u001b[2J\u202e', 'é→'], ['a\\nb\\u{1b}[2J\\u{202e}', 'é→']],
  ['the beginning of a long one', [long], [`${long.slice(0, 60)}…`]],
  [
    'the part in which long ones differ',
    [`${long},https://a.example.com`, `${long},https://b.example.com`],
    ['…ample.com,https://a.example.com', '…ample.com,https://b.example.com'].map((text) =>
      text.replace('…ample.com,https://', `…${`${long},https://`.slice(-15)}`),
    ),
  ],
  [
    'a long one that begins like a short one',
    ['a'.repeat(30), 'a'.repeat(100)],
    ['a'.repeat(30), `${'a'.repeat(60)}…`],
  ],
])('shows %s', (_, values, shown) => {
  expect(shownValues(values)).toEqual(shown);
});

it('cuts no letter in two, and never shows two that differ alike', () => {
  const [from, to] = shownValues([`${'👍'.repeat(80)}a`, `${'👍'.repeat(80)}b`]);
  expect(from).toBe(`…${'👍'.repeat(15)}a`);
  expect(to).not.toBe(from);
});
