import { expect, it } from 'vitest';
import { completed } from './completed.ts';

const code = [
  { name: 'web', start: 'node server.js', build: 'npm run build', visited: true },
  { name: 'worker', start: 'node worker.js', visited: false },
];
const docker = {
  from: 'node',
  command: 'node image.js',
  entrypoint: ['./entry.sh'],
  port: 3000,
  health: '/up',
};
const service = { name: 'web', visited: true };

it('takes what the source says, then the code, then the image', () => {
  expect(completed({ ...service, start: 'node a.js' }, code, docker)).toMatchObject({
    start: 'node a.js',
    build: 'npm run build',
    imageStart: 'node image.js',
    health: '/up',
    ports: [3000],
  });
  expect(completed(service, code, docker)).toMatchObject({
    start: 'node server.js',
    imageStart: 'node image.js',
  });
  expect(completed(service, [], docker)).toMatchObject({
    start: 'node image.js',
    imageStart: undefined,
    guesses: { start: expect.stringContaining('without Docker') },
  });
  expect(completed(service, [], undefined).start).toBeUndefined();
});

it('does not start with a command of development, where anything else is known', () => {
  const worker = {
    name: 'worker',
    visited: false,
    start: 'nodemon worker.js',
    imageStart: 'nodemon worker.js',
  };
  expect(completed(worker, code, undefined)).toMatchObject({
    start: 'node worker.js',
    imageStart: undefined,
  });
  expect(completed(worker, [], undefined)).toMatchObject({
    start: 'nodemon worker.js',
    guesses: { start: expect.stringContaining('for development') },
  });
});

it("gives a command to the image's own entrypoint, where that stays in force", () => {
  const given = { ...service, start: 'serve', imageStart: 'serve', afterEntrypoint: true };
  expect(completed(given, [], docker)).toMatchObject({ start: './entry.sh serve', imageStart: undefined });
});

it('leaves files to be served without a command', () => {
  const site = [{ name: 'web', static: 'dist', build: 'npm run build', visited: true }];
  const whole = completed({ ...service, visited: false, dockerfile: 'Dockerfile' }, site, docker);
  expect(whole).toMatchObject({ static: 'dist', dockerfile: undefined, visited: true });
  expect(whole.start).toBeUndefined();
});
