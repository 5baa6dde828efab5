import { expect, it } from 'vitest';
import { isKeptForGood } from './kept-for-good.ts';

it.each([
  '/assets/index-BkX3a9Qz.js',
  '/assets/index-D_4vK-2e.css',
  '/static/js/main.1f3c09ab.js',
  '/static/js/main.1f3c09ab.js.map',
  '/app.5f2b8c1d9e3a4f60.css',
  '/_next/static/chunks/webpack.js',
  '/_astro/hoisted.js',
])('a browser need not ask for %s again', (path) => {
  expect(isKeptForGood(path)).toBe(true);
});

it.each([
  '/index.html',
  '/assets/logo.svg',
  '/assets/Inter-SemiBold.woff2',
  '/assets/Roboto-BoldItalic.woff2',
  '/photo-1920x1080.jpg',
  '/report-20260101.pdf',
  '/my-application.js',
  '/robots.txt',
  '/jquery-3.7.1.min.js',
])('a browser asks for %s each time', (path) => {
  expect(isKeptForGood(path)).toBe(false);
});
