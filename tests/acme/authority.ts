import { type ChildProcess, execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { type Start, until } from './names.ts';

export interface AuthorityOptions {
  /** For its files. */
  readonly folder: string;
  readonly name: string;
  /** Address at which it listens. */
  readonly address: string;
  readonly ports: { readonly acme: number; readonly management: number };
  /** Ports at which it looks whether a name leads to who asks for a certificate. */
  readonly validation: { readonly http: number; readonly https: number };
  /** `address:port` of the name server that it asks. */
  readonly dns: string;
  /** Life of its certificates; left out, five years. */
  readonly seconds?: number;
  /** Names for which it issues nothing. */
  readonly refused?: readonly string[];
}

/** Pebble, Let's Encrypt's authority for tests. It forgets everything when it ends. */
export class Authority {
  readonly process: ChildProcess;
  /** The directory at which clients begin. */
  readonly directory: string;
  /** Certificate (PEM) by which its own address is trusted. */
  readonly own: string;
  /** Certificate (PEM) by which those that it issues are trusted. */
  readonly root: string;

  private constructor(parts: Pick<Authority, 'process' | 'directory' | 'own' | 'root'>) {
    this.process = parts.process;
    this.directory = parts.directory;
    this.own = parts.own;
    this.root = parts.root;
  }

  /** Resolves when it takes orders. */
  static async start(options: AuthorityOptions, start: Start): Promise<Authority> {
    const { folder, name, address, ports, validation, dns, seconds, refused = [] } = options;
    const file = (end: string) => join(folder, `${name}.${end}`);
    selfSigned(folder, name, address);
    const pebble = {
      listenAddress: `${address}:${ports.acme}`,
      managementListenAddress: `${address}:${ports.management}`,
      certificate: file('crt'),
      privateKey: file('key'),
      httpPort: validation.http,
      tlsPort: validation.https,
      ocspResponderURL: '',
      externalAccountBindingRequired: false,
      domainBlocklist: refused,
      ...(seconds && { certificateValidityPeriod: seconds }),
    };
    writeFileSync(file('json'), JSON.stringify({ pebble }));
    const process = start('pebble', ['-config', file('json'), '-dnsserver', dns], {
      PEBBLE_VA_NOSLEEP: '1',
      PEBBLE_WFE_NONCEREJECT: '0',
    });
    const own = readFileSync(file('crt'), 'utf8');
    const directory = `https://${address}:${ports.acme}/dir`;
    const root = await until(async () => {
      await get(directory, own);
      return get(`https://${address}:${ports.management}/roots/0`, own);
    });
    return new Authority({ process, directory, own, root });
  }
}

/** Makes `NAME.crt` and `NAME.key`: a certificate for an address, and localhost, that nobody else vouches for. */
export function selfSigned(folder: string, name: string, address: string, host = 'localhost'): void {
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'],
      ...['-keyout', `${name}.key`, '-out', `${name}.crt`],
      ...['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host},IP:${address}`],
    ],
    { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
}

const get = (url: string, ca: string): Promise<string> =>
  new Promise((resolve, reject) => {
    request(url, { ca }, (response) => {
      let body = '';
      response.on('data', (piece) => {
        body += piece;
      });
      response.on('end', () => (response.statusCode === 200 ? resolve(body) : reject(new Error(body))));
    })
      .on('error', reject)
      .end();
  });
