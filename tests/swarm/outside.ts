import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Server } from './server.ts';

const forwarding = '/proc/sys/net/ipv4/ip_forward';
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };

/** Lets what is built on a server reach registries of packages. Gives the function that ends it. */
export function letOut({ address }: Server): () => void {
  const range = `${address.split('.').slice(0, 3).join('.')}.0/24`;
  const rule = ['POSTROUTING', '-s', range, '!', '-d', range, '-j', 'MASQUERADE'];
  const before = readFileSync(forwarding, 'utf8');
  writeFileSync(forwarding, '1');
  execFileSync('iptables', ['-t', 'nat', '-A', ...rule], { env });
  return () => {
    execFileSync('iptables', ['-t', 'nat', '-D', ...rule], { env });
    writeFileSync(forwarding, before);
  };
}
