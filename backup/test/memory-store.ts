import { checkKey, conflict, missing, type Store } from '../src/stores/store.ts';

/** A store in memory, with a clock of its own: the shortest one that keeps the promises. */
export function memoryStore(clock = () => new Date()): Store & { readonly objects: Map<string, Buffer> } {
  const objects = new Map<string, Buffer>();
  let version = 0;
  const etags = new Map<string, string>();
  const get = (key: string): Buffer => {
    checkKey(key);
    const bytes = objects.get(key);
    if (bytes === undefined) throw missing('memory', key);
    return bytes;
  };
  const set = (key: string, bytes: Buffer): string => {
    checkKey(key);
    objects.set(key, bytes);
    etags.set(key, String(++version));
    return String(version);
  };
  return {
    name: 'memory',
    objects,
    async put(key, source, { signal } = {}) {
      const pieces: Uint8Array[] = [];
      for await (const piece of source) {
        signal?.throwIfAborted();
        pieces.push(piece);
      }
      set(key, Buffer.concat(pieces));
      return objects.get(key)!.length;
    },
    async write(key, body, condition) {
      const etag = objects.has(key) ? etags.get(key) : undefined;
      if (condition && ('absent' in condition ? etag !== undefined : etag !== condition.etag))
        throw conflict('memory', key);
      return set(key, Buffer.from(body));
    },
    async read(key) {
      return { body: get(key).toString(), etag: etags.get(key)! };
    },
    async *open(key) {
      const bytes = get(key);
      for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
    },
    async head(key) {
      return get(key).length;
    },
    async *list(prefix) {
      for (const key of [...objects.keys()].sort())
        if (key.startsWith(prefix)) yield { key, size: get(key).length };
    },
    async delete(key) {
      objects.delete(key);
    },
    async *pending() {},
    async discard() {},
    time: async () => clock(),
    close() {},
  };
}
