import { expect, it } from 'vitest';
import type { Service } from '../model/service.ts';
import { unservedFinding } from './static-files.ts';

const service = (name: string, part: Partial<Service>): Service => ({
  name,
  root: '.',
  start: [],
  paths: ['/'],
  replicas: 1,
  drain: 30,
  singleton: false,
  variables: {},
  ...part,
});

it('names the services whose files no image serves, and the way out', () => {
  const files = { static: { folder: 'dist' } };
  const good = [
    service('server', { start: ['node', 'a.js'] }),
    service('built', { ...files, dockerfile: 'Dockerfile' }),
    service('image', { ...files, image: 'ghcr.io/a/b@sha256:c' }),
  ];
  expect(unservedFinding('Render', good)).toEqual([]);
  expect(unservedFinding('Render', [...good, service('page', files)])).toMatchObject([
    {
      level: 'failure',
      title: 'Render runs images, and no image serves the files of page',
      fix: expect.stringContaining('services.page.dockerfile'),
    },
  ]);
});
