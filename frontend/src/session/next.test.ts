import { expect, it } from 'vitest';
import { parseSignInSearch } from './next.ts';

it.each(['/leads', '/leads?status=new', '/'])('comes back to %s', (next) => {
  expect(parseSignInSearch({ next })).toEqual({ next });
});

it.each(['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)', 7, undefined])(
  'never leads to %s',
  (next) => {
    expect(parseSignInSearch({ next })).toEqual({});
  },
);
