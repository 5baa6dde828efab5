import { describe, expect, it } from 'vitest';
import { cnpjSchema, isCnpj } from './cnpj.ts';
import { toE164 } from './phone.ts';
import { line } from './text.ts';

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
    ['0800 777 1234', '+558007771234'],
    ['0800-123456', '+55800123456'],
    ['0300 313 1234', '+553003131234'],
    ['4004-1234', '+5540041234'],
    ['3003 1234', '+5530031234'],
    ['(11) 3333-4444 ramal 123', '+551133334444;ext=123'],
    ['11 3333-4444, r. 12', '+551133334444;ext=12'],
    ['+1 212 555 0123 ext. 7', '+12125550123;ext=7'],
    ['+551133334444;ext=123', '+551133334444;ext=123'],
    ['0800 77', undefined],
    ['4004-123', undefined],
    ['(11) 8765-4321 ', undefined],
    ['not a phone', undefined],
  ])('%s becomes %s', (text, e164) => {
    expect(toE164(text)).toBe(e164);
  });
});

describe('a line of text', () => {
  it.each(['\u200b\u200b', '\u2060', '\u00ad\ufe0f', '\u3164\u3164', '\u2800', '\u202e\u200f'])(
    'is refused where nothing of it can be seen (%j)',
    (text) => {
      expect(line(100).safeParse(text).success).toBe(false);
    },
  );
  it.each(['Ana', '李', '👩‍💻', 'Zoë', 'a\u200bb', '…'])('is taken where something can (%j)', (text) => {
    expect(line(100).parse(text)).toBe(text);
  });
  it('may be empty where that is allowed', () => {
    expect(line(100, 0).parse(' ')).toBe('');
  });
});
