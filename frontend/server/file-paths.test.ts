import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { filePath } from './file-paths.ts';

it('is known by its ending, in any case, which that of a company’s address is not', () => {
  for (const path of ['/foo.js', '/foo.JS', '/icons/a.png', '/robots.txt', '/companies/index.html'])
    expect(filePath.test(path), path).toBe(true);
  for (const path of ['/companies/acme.com', '/leads/ana@example.com', '/deals/v1.2', '/js', '/a.js/b'])
    expect(filePath.test(path), path).toBe(false);
});

it('is the same for nginx', async () => {
  const template = join(import.meta.dirname, '../../docker/nginx/nginx.conf.template');
  expect(await readFile(template, 'utf8')).toContain(`location ~* "${filePath.source}" {`);
});
