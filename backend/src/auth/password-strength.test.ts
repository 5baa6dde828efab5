import { describe, expect, it } from 'vitest';
import { isGuessable } from './password-strength.ts';

const own = ['ana.lima@example.com', 'Ana Lima'];

describe('a password that others would try first', () => {
  it.each([
    '1234567890',
    'qwertyuiop',
    'aaaaaaaaaa',
    'password123',
    'senha12345',
    'brasil2026',
    'flamengo123',
    'Conductor2026',
    'iloveyou12',
    'limalimalima',
    'ana.lima@example.com1',
    'x'.repeat(200),
  ])('is %s', (password) => expect(isGuessable(password, own)).toBe(true));
});

describe('a password that takes long to find', () => {
  it.each(['correct horse battery', 'another long one', 'Zx9!kd02Lm', 'quatro cavalos azuis cantam'])(
    'is %s',
    (password) => expect(isGuessable(password, own)).toBe(false),
  );
});
