import { expect, it } from 'vitest';
import { finishPage } from './paint-first.ts';

const page = `<head>
    <script type="module" src="/assets/main.js"></script>
    <link rel="stylesheet" crossorigin href="/assets/main.css">
  </head>
  <body><div id="root"></div>
  </body>`;

it('moves stylesheets behind the shell and asks for the font early', () => {
  const finished = finishPage(page, ['assets/inter-1.woff2', 'assets/main.js']);
  expect(finished.indexOf('stylesheet')).toBeGreaterThan(finished.indexOf('id="root"'));
  expect(finished.match(/stylesheet/g)).toHaveLength(1);
  expect(finished).toContain(
    '<link rel="preload" as="font" type="font/woff2" crossorigin href="/assets/inter-1.woff2">',
  );
});
