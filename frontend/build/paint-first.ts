import type { Plugin } from 'vite';

/**
 * Moves the stylesheets that Vite puts into the head behind the static shell, so that the shell is painted while they
 * load. They still come before the scripts run, so React never renders without its styles.
 */
export function paintFirst(): Plugin {
  return {
    name: 'conductor-paint-first',
    apply: 'build',
    transformIndexHtml: { order: 'post', handler: moveStylesheets },
  };
}

/** The page with its stylesheet links as the last elements of the body. */
export function moveStylesheets(html: string): string {
  const links = html.match(/[ \t]*<link rel="stylesheet"[^>]*>\n?/g) ?? [];
  const without = links.reduce((page, link) => page.replace(link, ''), html);
  return without.replace('</body>', () => `${links.join('')}</body>`);
}
