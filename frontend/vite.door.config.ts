import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { budgets } from './build/budgets.ts';
import { compress } from './build/compress.ts';
import { doorPage } from './build/door-page.ts';
import { messages } from './build/messages.ts';
import { paintFirst } from './build/paint-first.ts';

/**
 * The screens before the door: a page and one script of their own, built after the application beside it. Built together they would share files,
 * and each such file holds what either of them needs.
 */
export default defineConfig({
  plugins: [
    react(),
    messages(),
    doorPage(),
    paintFirst(),
    budgets({ page: 'door.html', initialScript: 170_000, lazyScript: 150_000, inlineStyle: 80_000 }),
    compress(),
  ],
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: false,
    copyPublicDir: false,
    manifest: '.vite/door-manifest.json',
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: { input: 'door.html' },
  },
});
