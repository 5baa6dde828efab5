import { expect, test } from 'vitest';
import { parseDotenv } from './dotenv.ts';

test('values come in as Node reads them, blank ones apart', () => {
  expect(parseDotenv('# c\nexport A=1\nB="two words"\nC=\nD=\'  \'\nE=x=y # note\n')).toEqual({
    secrets: { A: '1', B: 'two words', E: 'x=y' },
    blank: ['C', 'D'],
  });
});

test('every bad name is told at once', () => {
  expect(() => parseDotenv('1A=x\nB-C=y\n')).toThrow(
    expect.objectContaining({ code: 'secrets.bad-name', message: expect.stringMatching(/"1A", "B-C"/) }),
  );
});
