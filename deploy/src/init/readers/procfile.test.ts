import { expect, it } from 'vitest';
import { readProcfile } from './procfile.ts';

it('knows processes by their names', () => {
  const { services, release } = readProcfile(
    '# a comment\nrelease: npm run migrate\nweb: npm start\nclock: node clock.js\nmail_worker: node mail.js\n',
  );
  expect(services.map(({ name, visited, start, singleton }) => [name, visited, start, singleton])).toEqual([
    ['web', true, 'npm start', undefined],
    ['clock', false, 'node clock.js', true],
    ['mail-worker', false, 'node mail.js', undefined],
  ]);
  expect(release).toEqual({ service: 'web', command: 'npm run migrate' });
});

it('names the line that is none', () => {
  expect(() => readProcfile('web: a\nhello\n')).toThrow('line 2 is not NAME: COMMAND');
  expect(() => readProcfile('web:\n')).toThrow('line 1 has no command');
});
