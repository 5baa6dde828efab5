import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { budgets } from './build/budgets.ts';
import { compress } from './build/compress.ts';
import { doorAddresses } from './build/door-page.ts';
import { messages } from './build/messages.ts';
import { paintFirst } from './build/paint-first.ts';

/** The application, behind the door; the screens before it are built by vite.door.config.ts. */
export default defineConfig({
  plugins: [
    react(),
    messages(),
    paintFirst(),
    doorAddresses(),
    budgets({ page: 'index.html', initialScript: 250_000, lazyScript: 150_000, inlineStyle: 10_000 }),
    compress(),
  ],
  build: {
    target: 'es2022',
    outDir: 'dist',
    // What is loaded lazily, for the checks before a deploy.
    manifest: true,
    assetsInlineLimit: 0,
    sourcemap: false,
    reportCompressedSize: false,
    // A screen is a handful of files: its own, what the application begins with, and what several screens share. One file for each set of
    // screens that share something, as it is otherwise, was a hundred small ones.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'app', tags: ['$initial'], minShareCount: 2, priority: 1 },
            { name: 'screens', minShareCount: 3 },
          ],
        },
      },
    },
  },
  server: {
    port: 5173,
    proxy: Object.fromEntries(
      ['/api', '/docs', '/openapi.json', '/ws', '/t/', '/config.js'].map((path) => [
        path,
        { target: process.env.CONDUCTOR_DEV_ORIGIN ?? 'http://localhost:8080', ws: path === '/ws' },
      ]),
    ),
  },
});
