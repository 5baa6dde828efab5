import { expect, it } from 'vitest';
import { phoneText, whatsappAddress } from './phone.ts';

it('writes Brazilian numbers as people do and leaves others alone', () => {
  expect(phoneText('+5511912345678')).toBe('(11) 91234-5678');
  expect(phoneText('+551133334444')).toBe('(11) 3333-4444');
  expect(phoneText('+14155550123')).toBe('+14155550123');
  expect(phoneText('+558007771234')).toBe('0800 777 1234');
  expect(phoneText('+55800123456')).toBe('0800 123 456');
  expect(phoneText('+5540041234')).toBe('4004-1234');
  expect(phoneText('+551133334444;ext=12')).toBe('(11) 3333-4444 x12');
});

it('opens WhatsApp with the digits and the text', () => {
  expect(whatsappAddress('+5511912345678', 'Olá & até')).toBe(
    'https://wa.me/5511912345678?text=Ol%C3%A1%20%26%20at%C3%A9',
  );
});
