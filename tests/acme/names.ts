import type { ChildProcess } from 'node:child_process';

/** How a program is started for a test; it is the test's to end. */
export type Start = (
  command: string,
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
) => ChildProcess;

export interface NamesPlace {
  /** `address:port` where questions are answered. */
  readonly dns: string;
  /** `address:port` where it is told what to answer. */
  readonly control: string;
}

/** A name server that says what a test tells it (Pebble's challtestsrv). A name that it was told nothing of does not exist. */
export class Names {
  readonly dns: string;
  readonly #control: string;

  private constructor({ dns, control }: NamesPlace) {
    this.dns = dns;
    this.#control = control;
  }

  /** Resolves when it takes orders. */
  static async start(place: NamesPlace, start: Start): Promise<Names> {
    start('pebble-challtestsrv', [
      ...['-dns01', place.dns, '-management', place.control],
      ...['-http01', '', '-https01', '', '-tlsalpn01', '', '-defaultIPv4', '', '-defaultIPv6', ''],
    ]);
    const names = new Names(place);
    await until(() => names.clear('nothing.test'));
    return names;
  }

  /** From now on a name has these addresses alone; none: it does not exist. */
  async set(host: string, ...addresses: string[]): Promise<void> {
    await this.clear(host);
    if (addresses.length > 0) await this.say('add-a', { host, addresses });
  }

  async clear(host: string): Promise<void> {
    await this.say('clear-a', { host });
  }

  /** Any other order of its management interface. */
  async say(path: string, body: object): Promise<void> {
    const answer = await fetch(`http://${this.#control}/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  }
}

/** Repeats a question until it is answered, for so many milliseconds at most; left out, the deadline is the test's own. */
export async function until<T>(ask: () => Promise<T>, within = Number.POSITIVE_INFINITY): Promise<T> {
  const end = Date.now() + within;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
