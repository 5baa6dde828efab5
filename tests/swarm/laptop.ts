import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Addresses of the public name servers that everybody asks. */
const publicServers = ['1.1.1.1', '8.8.8.8'];

/**
 * The machine of who deploys: it reaches the servers of a network, and for it a name server of the test's, listening on all of its addresses, is
 * the one of its own and each public one.
 */
export class Laptop {
  readonly address: string;
  readonly #namespace: string;
  readonly #etc: string;

  private constructor(namespace: string, address: string) {
    this.#namespace = namespace;
    this.address = address;
    this.#etc = join('/etc/netns', namespace);
  }

  /** @param bridge which leads to the servers @param router address of the bridge */
  static open(namespace: string, address: string, bridge: string, router: string): Laptop {
    const laptop = new Laptop(namespace, address);
    ip('netns', 'add', namespace);
    ip('link', 'add', `v${namespace}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
    ip('link', 'set', `v${namespace}`, 'master', bridge, 'up');
    ip('-n', namespace, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
    for (const server of publicServers) ip('-n', namespace, 'addr', 'add', `${server}/32`, 'dev', 'lo');
    for (const link of ['lo', 'eth0']) ip('-n', namespace, 'link', 'set', link, 'up');
    ip('-n', namespace, 'route', 'add', 'default', 'via', router);
    // `ip netns exec` puts what lies there in place of /etc/resolv.conf.
    mkdirSync(laptop.#etc, { recursive: true });
    writeFileSync(join(laptop.#etc, 'resolv.conf'), 'nameserver 127.0.0.1\n');
    return laptop;
  }

  /** Words before those of a program that is to run there. */
  get through(): readonly string[] {
    return ['ip', 'netns', 'exec', this.#namespace];
  }

  close(): void {
    ip('netns', 'del', this.#namespace);
    rmSync(this.#etc, { recursive: true, force: true });
  }
}

const ip = (...args: string[]) =>
  execFileSync('ip', args, { env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` } });
