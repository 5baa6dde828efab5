import { expect, test } from 'vitest';
import type { Service } from '../model/service.ts';
import { commandLine, imageStart } from './shell-words.ts';

test('words with more than plain characters are quoted', () => {
  expect(commandLine(['node', 'a.ts', "it's", ''])).toBe(`node a.ts 'it'\\''s' ''`);
});

test('a service starts in its image as the image wants it, else as everywhere', () => {
  const service = { start: ['node', 'web.ts'] } as unknown as Service;
  expect(imageStart(service)).toEqual(['node', 'web.ts']);
  expect(imageStart({ ...service, imageStart: ['./start.sh'] })).toEqual(['./start.sh']);
});
