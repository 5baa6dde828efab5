import { expect, it } from 'vitest';
import { readEnvExample } from './env-example.ts';

it('reads settings as people list them', () => {
  const text = `
# Where it listens
PORT=3000 # as you like
export NAME="a # b"
URL=https://example.com/#top
# Make one: openssl rand -hex 32
SECRET=

# Optional
DSN=
# QUIET=1
# A sentence = with an equals sign
not a setting
`;
  expect(readEnvExample(text)).toEqual([
    { name: 'PORT', value: '3000', is: undefined },
    { name: 'NAME', value: 'a # b', is: undefined },
    { name: 'URL', value: 'https://example.com/#top', is: undefined },
    { name: 'SECRET', value: '', is: 'generated' },
    { name: 'DSN', value: '', is: 'optional' },
    { name: 'QUIET', value: '1', is: 'optional' },
  ]);
});
