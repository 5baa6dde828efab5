/** DNS names compare without case and without the dot at the end. */
export const canonical = (name: string): string => name.toLowerCase().replace(/\.$/, '');

/** The name beside a host under which people look for the same site: with `www.`, or without it. */
export const partnerOf = (host: string): string =>
  host.startsWith('www.') ? host.slice('www.'.length) : `www.${host}`;

/** `www` for a host that begins with it, else `apex`. */
export const kindOf = (host: string): string => (host.startsWith('www.') ? 'www' : 'apex');
