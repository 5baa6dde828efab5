import { expect, it } from 'vitest';
import { leftOut } from './optional-settings.ts';
import { optional, secret } from './settings.ts';

it('names optional settings once for the services that have them, in lines that can be read', () => {
  const settings = (...names: string[]) =>
    Object.fromEntries(names.map((name) => [name, optional(secret(name))]));
  const many = Array.from({ length: 20 }, (_, i) => `SETTING_${i}`);
  const [title, first, ...more] = leftOut([
    { name: 'api', settings: { ...settings(...many), DSN: optional(secret('API_DSN')), LEVEL: 'info' } },
    { name: 'web', settings: settings('DSN') },
  ]);
  expect(title).toMatch(/Left out/);
  expect(first).toMatch(/^ {2}api: SETTING_0, SETTING_1,/);
  expect(more.at(-1)).toBe('  api, web: DSN');
  expect([first, ...more].join(' ').match(/SETTING_\d+/g)).toEqual(many);
  for (const line of [first!, ...more]) expect(line.length).toBeLessThanOrEqual(112);
});

it('says nothing where there are none', () => {
  expect(leftOut([{ name: 'api', settings: { LEVEL: 'info', KEY: secret('KEY') } }])).toEqual([]);
});
