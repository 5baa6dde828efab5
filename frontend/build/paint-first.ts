import type { Plugin } from 'vite';

/**
 * Orders the built page for its first paint: the stylesheets that Vite puts into the head go behind the static shell, so
 * that the shell is painted while they load (they still come before the scripts run, so React never renders without
 * them), and the font is asked for at once, so that the first text has it.
 */
export function paintFirst(): Plugin {
  return {
    name: 'conductor-paint-first',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (html, { bundle }) => finishPage(html, Object.keys(bundle ?? {})),
    },
  };
}

/** The page in the order described above. */
export function finishPage(html: string, files: string[]): string {
  const styles = html.match(/[ \t]*<link rel="stylesheet"[^>]*>\n?/g) ?? [];
  const fonts = files
    .filter((file) => file.endsWith('.woff2'))
    .map((file) => `<link rel="preload" as="font" type="font/woff2" crossorigin href="/${file}">\n`);
  const without = styles.reduce((page, link) => page.replace(link, ''), html);
  return without
    .replace('</head>', () => `${fonts.join('')}</head>`)
    .replace('</body>', () => `${styles.join('')}</body>`);
}
