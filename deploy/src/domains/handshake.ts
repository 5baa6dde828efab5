import type { LookupFunction } from 'node:net';
import { connect, type PeerCertificate, type SecureVersion } from 'node:tls';

/** Where a domain is really asked: tests point it at servers of their own; everything else uses DNS and the usual ports. */
export interface Where {
  /** Address to connect to in place of what DNS says. */
  readonly address?: string;
  /** Finds the addresses of names in place of this machine's resolver. */
  readonly lookup?: LookupFunction;
  readonly httpPort?: number;
  readonly httpsPort?: number;
  /** Authorities to trust in place of the system's, PEM. */
  readonly ca?: string;
  /** Milliseconds for one connection. */
  readonly timeout?: number;
}

/** What one TLS handshake showed. */
export interface Handshake {
  readonly protocol: string;
  /** `h2` when HTTP/2 was agreed on. */
  readonly alpn: string | false;
  /** Null: trusted, in date and made for this name. */
  readonly problem: string | null;
  readonly issuer: string;
  readonly names: readonly string[];
  readonly validFrom: Date;
  readonly validTo: Date;
}

/** A real handshake with the server of `host`. Rejects when none could be agreed on. */
export function handshake(
  host: string,
  where: Where = {},
  versions: { min?: SecureVersion; max?: SecureVersion } = {},
): Promise<Handshake> {
  const { promise, resolve, reject } = Promise.withResolvers<Handshake>();
  const old = versions.max === 'TLSv1' || versions.max === 'TLSv1.1';
  const socket = connect({
    host: where.address ?? host,
    port: where.httpsPort ?? 443,
    servername: host,
    ALPNProtocols: ['h2', 'http/1.1'],
    minVersion: versions.min ?? 'TLSv1.2',
    maxVersion: versions.max ?? 'TLSv1.3',
    // What is wrong with a certificate is to be told, not to be met as an error.
    rejectUnauthorized: false,
    ...(where.ca === undefined ? {} : { ca: where.ca }),
    ...(where.lookup === undefined ? {} : { lookup: where.lookup }),
    // OpenSSL refuses the old versions on our own side unless told that weak is meant; then a refusal is the server's.
    ...(old ? { ciphers: 'DEFAULT:@SECLEVEL=0' } : {}),
  });
  socket.setTimeout(where.timeout ?? 5_000, () => socket.destroy(new Error('no answer in time')));
  socket.once('error', reject);
  socket.once('secureConnect', () => {
    const certificate = socket.getPeerCertificate();
    resolve({
      protocol: socket.getProtocol() ?? 'unknown',
      alpn: socket.alpnProtocol ?? false,
      problem: socket.authorized ? null : String(socket.authorizationError),
      issuer: first(certificate.issuer?.O) ?? first(certificate.issuer?.CN) ?? 'unknown',
      names: namesOf(certificate),
      validFrom: new Date(certificate.valid_from),
      validTo: new Date(certificate.valid_to),
    });
    socket.destroy();
  });
  return promise;
}

const first = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value;

const namesOf = (certificate: PeerCertificate): string[] =>
  (certificate.subjectaltname ?? '')
    .split(', ')
    .flatMap((name) => (name.startsWith('DNS:') ? [name.slice(4)] : []));
