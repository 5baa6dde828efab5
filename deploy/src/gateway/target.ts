/** Where a request wants to go. */
export interface Target {
  /** `/path?query`, or `*` for the server as a whole. */
  readonly path: string;
  /** The host that the target names; it then counts instead of the Host header (RFC 9112, 3.2.2). */
  readonly host?: string;
}

/** The target of a request line: a path, `*`, or (as to a proxy) a whole URL; undefined where it is none of these. */
export function targetOf(url: string, method: string | undefined): Target | undefined {
  if (url.startsWith('/') || (url === '*' && method === 'OPTIONS')) return { path: url };
  const [, host, path = ''] = /^https?:\/\/([\w.~%!$&'()*+,;=:[\]-]+)([/?].*)?$/i.exec(url) ?? [];
  if (host === undefined) return undefined;
  if (path.startsWith('/')) return { host, path };
  return { host, path: path === '' && method === 'OPTIONS' ? '*' : `/${path}` };
}
