import { expect, it } from 'vitest';
import { commandOf, commandOfWords, isForDevelopment, lineOf } from './command-line.ts';

it.each([
  ['node server.js', 'node server.js'],
  ['gunicorn "app:make()"', 'gunicorn "app:make()"'],
  ['PORT=1 node a.js', ['sh', '-c', 'PORT=1 exec node a.js']],
  ['a && b -p $PORT', ['sh', '-c', 'a && exec b -p $PORT']],
  ['a; b', ['sh', '-c', 'a; b']],
  ['a | b', ['sh', '-c', 'a | b']],
  ['exec a $B', ['sh', '-c', 'exec a $B']],
  ['node *.js', ['sh', '-c', 'exec node *.js']],
  ['  ', undefined],
])('%s', (line, command) => {
  expect(commandOf(line)).toEqual(command);
  if (command) expect(lineOf(commandOf(line)!)).toBe(typeof command === 'string' ? command : command[2]);
});

it('takes words as a line where they need no quotes', () => {
  expect(commandOfWords(['node', 'a.js'])).toBe('node a.js');
  expect(commandOfWords(['/bin/sh', '-c', 'node a.js'])).toBe('node a.js');
  expect(commandOfWords(['echo', 'a b'])).toEqual(['echo', 'a b']);
  expect(commandOfWords([])).toBeUndefined();
});

it('knows commands of development', () => {
  for (const line of [
    'nodemon a.js',
    'vite',
    'vite --host',
    'next dev',
    'react-scripts start',
    'nest start',
    'uvicorn a:b --reload',
    'python manage.py runserver',
  ])
    expect([line, isForDevelopment(line)]).toEqual([line, true]);
  for (const line of [
    'node dist/main',
    'next start',
    'node devices.js',
    'remix vite:build',
    'NODE_ENV=production nest start',
  ])
    expect([line, isForDevelopment(line)]).toEqual([line, false]);
});
