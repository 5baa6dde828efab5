import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
const ip = (...args: string[]) => execute('ip', args, { env });

/** What leads from a server to the bridge between all of them: a network namespace, and a cable into it. */
export class Link {
  readonly namespace: string;
  readonly address: string;
  readonly #bridge: string;
  readonly #gateway: string;

  constructor(
    namespace: string,
    address: string,
    bridge: { readonly name: string; readonly address: string },
  ) {
    this.namespace = namespace;
    this.address = address;
    this.#bridge = bridge.name;
    this.#gateway = bridge.address;
  }

  async open(): Promise<void> {
    const { namespace, address } = this;
    await ip('netns', 'add', namespace);
    const peer = ['peer', 'name', 'eth0', 'address', this.#hardware, 'netns', namespace];
    await ip('link', 'add', this.#cable, 'type', 'veth', ...peer);
    await ip('link', 'set', this.#cable, 'master', this.#bridge, 'up');
    await ip('-n', namespace, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
    for (const link of ['lo', 'eth0']) await ip('-n', namespace, 'link', 'set', link, 'up');
    await ip('-n', namespace, 'route', 'add', 'default', 'via', this.#gateway);
  }

  /** The cable is pulled: nothing comes or goes, and nobody is told. */
  async cut(): Promise<void> {
    await ip('link', 'set', this.#cable, 'down');
  }

  async mend(): Promise<void> {
    await ip('link', 'set', this.#cable, 'up');
  }

  async close(): Promise<void> {
    // A namespace goes when the last process in it has gone; its name and the cable go at once.
    await ip('link', 'del', this.#cable).catch(() => {});
    await ip('netns', 'del', this.namespace);
  }

  /** It stays when the machine is restarted: its neighbours remember it. */
  get #hardware(): string {
    const parts = this.address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
    return `02:00:${parts.join(':')}`;
  }

  get #cable(): string {
    return `v${this.namespace}`;
  }
}
