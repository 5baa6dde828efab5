import { request } from 'node:http';
import type { Resolve } from './names.ts';
import type { Probed } from './protocol.ts';

/** ms for an answer, connection included. */
const within = 5_000;

/** Asks each replica behind a name for a path, side by side. A name that nobody knows has no replicas. */
export async function probeAll(
  resolve: Resolve,
  { name, port, path }: { readonly name: string; readonly port: number; readonly path: string },
): Promise<Probed> {
  const addresses = await resolve(name).catch(() => []);
  return Promise.all([...addresses].toSorted().map((address) => probeOne(address, port, path)));
}

const probeOne = (address: string, port: number, path: string): Promise<Probed[number]> =>
  new Promise((resolve) => {
    const failed = ({ message }: Error) => resolve({ address, status: null, release: null, error: message });
    const asked = request(
      {
        ...{ host: address, port, path, agent: false, signal: AbortSignal.timeout(within) },
        headers: { 'user-agent': 'conductor' },
      },
      (answer) => {
        answer.resume();
        answer.once('error', failed);
        const release = answer.headers['x-release'];
        answer.once('end', () =>
          resolve({
            address,
            status: answer.statusCode ?? null,
            release: typeof release === 'string' ? release : null,
            error: null,
          }),
        );
      },
    );
    asked.once('error', failed);
    asked.end();
  });
