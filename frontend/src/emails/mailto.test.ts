import { expect, it } from 'vitest';
import { mailto } from './mailto.ts';

it('keeps every sign and line, and lets none become a header of its own', () => {
  expect(mailto({ to: ' ana@example.com ', subject: 'Preço & prazo?', body: 'Olá,\nAna&bcc=x' })).toBe(
    'mailto:ana%40example.com?subject=Pre%C3%A7o%20%26%20prazo%3F&body=Ol%C3%A1%2C%0D%0AAna%26bcc%3Dx',
  );
});
