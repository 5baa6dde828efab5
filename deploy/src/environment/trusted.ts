import * as tls from 'node:tls';
import { ConductorError, exitCode } from '../errors.ts';

/**
 * From now on this process believes certificates of these authorities (PEM), too, wherever it asks by TLS.
 * @throws {ConductorError} `roots.node-old` (exit 2) on a Node that cannot
 */
export function trustAlso(roots: string): void {
  if (typeof tls.setDefaultCACertificates !== 'function')
    throw new ConductorError({
      code: 'roots.node-old',
      message: `Node ${process.versions.node} cannot be told of other authorities than its own.`,
      hint: 'Use Node 24, or put the certificates into a file and its path into NODE_EXTRA_CA_CERTS.',
      exit: exitCode.usage,
    });
  const known = tls.getCACertificates('default');
  tls.setDefaultCACertificates([...known, ...certificatesIn(roots).filter((one) => !known.includes(one))]);
}

const certificatesIn = (pem: string): string[] =>
  pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
