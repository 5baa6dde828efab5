import { expect, it } from 'vitest';
import { plainText, sanitiseMail } from './mail-html.ts';

it.each([
  ['<p onclick="x()">Hi</p>', '<p>Hi</p>'],
  ['<img src="https://a.example/p.gif">Hi', 'Hi'],
  ['<style>p{}</style><p style="position:fixed">Hi</p>', '<p>Hi</p>'],
  ['<a href="javascript:alert(1)">x</a>', '<a>x</a>'],
  ['<a href="//evil.example">x</a>', '<a>x</a>'],
  ['<a href="https://a.example/x">x</a>', '<a href="https://a.example/x">x</a>'],
])('keeps of %s what is harmless', (given, kept) => {
  expect(sanitiseMail(given)).toBe(kept);
});

it('reads as plain text, with its links and its cells apart', () => {
  const html =
    '<p>Olá &amp; <a href="https://a.example/x">veja</a></p><table><tr><th>Item</th><td>Valor</td></tr></table>';
  expect(plainText(html)).toMatch(/^Olá & veja <https:\/\/a\.example\/x>\s+Item\s+Valor$/);
});
