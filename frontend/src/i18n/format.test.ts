import { expect, it } from 'vitest';
import { formatFor } from './format.ts';

const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, ' ');

it('writes money from whole cents as each language does', () => {
  expect(plain(formatFor('pt-BR').money({ amountCents: 123_456, currency: 'BRL' }))).toBe('R$ 1.234,56');
  expect(plain(formatFor('en').money({ amountCents: 123_456, currency: 'BRL' }))).toBe('R$1,234.56');
  const short = (amountCents: number) => formatFor('pt-BR').moneyShort({ amountCents, currency: 'BRL' });
  expect(plain(short(123_456_700))).toBe('R$ 1,2 mi');
  expect(plain(short(10))).toBe('R$ 0,10');
  expect(plain(short(1250))).toBe('R$ 12,50');
  expect(plain(short(1200))).toBe('R$ 12');
});

it('writes sizes of files in kilobytes and megabytes', () => {
  const size = (bytes: number) => plain(formatFor('pt-BR').size(bytes));
  expect([1, 1025, 1_572_864, 10 * 1024 * 1024].map(size)).toEqual(['1 kB', '2 kB', '1,5 MB', '10 MB']);
});

it('writes how long ago something was in its largest whole unit', () => {
  const now = new Date('2026-01-10T12:00:00Z');
  const ago = (value: string) => formatFor('pt-BR').ago(value, now);
  expect(ago('2026-01-10T11:59:40Z')).toBe('agora');
  expect(ago('2026-01-10T11:55:00Z')).toBe('há 5 minutos');
  expect(ago('2026-01-09T11:00:00Z')).toBe('ontem');
  expect(formatFor('en').ago('2026-01-13T12:00:00Z', now)).toBe('in 3 days');
});
