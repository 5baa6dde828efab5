import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const frontend = join(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(join(frontend, 'public/manifest.webmanifest'), 'utf8'));

/** Width and height as the head of a PNG says them. */
const sizeOf = (png: Buffer): string => `${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`;

it('says enough for the client to be installed, with pictures that are there and as large as it says', () => {
  expect(manifest).toMatchObject({
    name: expect.any(String),
    short_name: expect.any(String),
    start_url: '/',
    display: 'standalone',
  });
  const sizes = manifest.icons.map(({ src, type, sizes }: Record<string, string>) => {
    const file = readFileSync(join(frontend, 'public', src!));
    if (type === 'image/png') expect(sizeOf(file), src).toBe(sizes);
    return sizes;
  });
  expect(sizes).toEqual(expect.arrayContaining(['192x192', '512x512']));
  expect(manifest.icons.some(({ purpose }: { purpose?: string }) => purpose === 'maskable')).toBe(true);
});

it('is named by the page', () => {
  expect(readFileSync(join(frontend, 'index.html'), 'utf8')).toContain(
    'rel="manifest" href="/manifest.webmanifest"',
  );
});
