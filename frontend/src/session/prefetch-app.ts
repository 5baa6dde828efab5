/**
 * Fetches the application's files (door.html names them) as soon as somebody begins to type, so that they are there after signing in. Not
 * before: until the form is used, the line is its own.
 */
export function prefetchApp(): void {
  const files = document.querySelector<HTMLMetaElement>('meta[name="app-files"]')?.content.split(' ') ?? [];
  const fetchThem = () => {
    for (const href of files) {
      const as = href.endsWith('.css') ? 'style' : 'script';
      document.head.append(
        Object.assign(document.createElement('link'), { rel: 'prefetch', crossOrigin: '', as, href }),
      );
    }
  };
  document.addEventListener('input', fetchThem, { once: true });
}
