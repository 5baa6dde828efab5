import { expect, test } from 'vitest';
import { Crc64 } from './crc64.ts';

test('the check value of CRC-64/XZ', () => {
  expect(new Crc64().update(Buffer.from('123456789')).value).toBe(0x995dc9bbdf1939fan);
});

test('nothing gives 0', () => {
  expect(new Crc64().value).toBe(0n);
});

test('pieces of any length give what the whole gives', () => {
  const bytes = Buffer.from(Array.from({ length: 1000 }, (_, index) => (index * 7919) & 0xff));
  const whole = new Crc64().update(bytes).value;
  for (const size of [1, 3, 7, 8, 9, 64, 333]) {
    const crc = new Crc64();
    for (let at = 0; at < bytes.length; at += size) crc.update(bytes, at, Math.min(at + size, bytes.length));
    expect(crc.value).toBe(whole);
  }
});
