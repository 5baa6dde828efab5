interface Host {
  readonly hostname: string;
  readonly port: number;
}

/**
 * Where an outside server can be asked whether it is there; null where DNS
 * (`mongodb+srv`) keeps its hosts, where it is a socket, and where nobody can read its address.
 */
export async function outsideHosts({
  kind,
  url,
}: {
  readonly kind: 'mongodb' | 'redis';
  readonly url: string;
}): Promise<readonly Host[] | null> {
  try {
    if (kind === 'redis') {
      const { hostname, port } = new URL(url);
      return [{ hostname: bare(hostname), port: Number(port || 6379) }];
    }
    // Only who has a server outside needs it.
    const { parseConnectionString } = await import('conductor-backup/connection-string');
    const { hosts, srv } = parseConnectionString(url);
    // A host that is a path is a socket of this machine.
    if (srv || hosts.some((host) => /^(%2f|\/)/i.test(host))) return null;
    return hosts.map((host) => {
      const { hostname, port } = new URL(`mongodb://${host}`);
      return { hostname: bare(hostname), port: Number(port || 27017) };
    });
  } catch {
    // It is the project's own text, which need not be one that we can read.
    return null;
  }
}

/** An IPv6 address has brackets in a URL only. */
const bare = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, '$1');
