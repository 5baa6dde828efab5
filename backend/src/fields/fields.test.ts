import { describe, expect, it } from 'vitest';
import { cnpjSchema, isCnpj } from './cnpj.ts';
import { toE164 } from './phone.ts';

describe('CNPJ', () => {
  it.each([
    ['12ABC34501DE35', true],
    ['12ABC34501DE00', false],
    ['00000000000191', true],
    ['11222333000181', true],
    ['11222333000182', false],
    ['00000000000000', false],
    ['11.222.333/0001-81', false],
  ])('%s is valid: %s', (text, valid) => {
    expect(isCnpj(text)).toBe(valid);
  });

  it('is stored without punctuation and in capitals', () => {
    expect(cnpjSchema.parse('12.abc.345/01de-35')).toBe('12ABC34501DE35');
  });
});

describe('phone', () => {
  it.each([
    ['(11) 98765-4321', '+5511987654321'],
    ['11 3333-4444', '+551133334444'],
    ['+1 212 555 0123', '+12125550123'],
    ['+55 11 98765 4321', '+5511987654321'],
    ['98765-4321', undefined],
    ['(11) 8765-4321 ', undefined],
    ['not a phone', undefined],
  ])('%s becomes %s', (text, e164) => {
    expect(toE164(text)).toBe(e164);
  });
});
