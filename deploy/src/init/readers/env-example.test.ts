import { expect, it } from 'vitest';
import { readEnvExample } from './env-example.ts';

it('reads settings as people list them', () => {
  const text = `
# Where it listens
PORT=3000 # as you like
export NAME="a # b"
URL=https://example.com/#top
# Make one: openssl rand -base64 32
SECRET=
# 32 random bytes in hex: openssl rand -hex 32
HEX=

# Optional
DSN=
# QUIET=1
# A sentence = with an equals sign
not a setting
`;
  expect(readEnvExample(text)).toEqual([
    { name: 'PORT', value: '3000' },
    { name: 'NAME', value: 'a # b' },
    { name: 'URL', value: 'https://example.com/#top' },
    { name: 'SECRET', value: '', is: 'generated' },
    { name: 'HEX', value: '', own: false, why: expect.stringContaining('hex') },
    { name: 'DSN', value: '', is: 'optional' },
    { name: 'QUIET', value: '1', is: 'optional' },
  ]);
});
