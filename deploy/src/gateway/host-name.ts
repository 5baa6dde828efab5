/** The name in a Host header: without port and the dot of the root, in lower case. Hosts are compared so. */
export const hostNameOf = (host: string): string =>
  host.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase();
