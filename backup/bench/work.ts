import { enableCompileCache } from 'node:module';

/** A piece of work for a process of its own. */
export type Work = { readonly folder: string; readonly url: string; readonly recipient: string } & (
  | { readonly kind: 'create' }
  | { readonly kind: 'restore'; readonly id: string; readonly identity: string }
);

export interface Measured {
  readonly id: string;
  readonly seconds: number;
  /** Most memory that the process had, in bytes. */
  readonly peak: number;
  /** Bytes of the stored archive. */
  readonly size: number;
}

const scope = { project: 'bench', environment: 'bench' };

/** Does the work of the first argument and prints what it took: its memory is that of this process alone. */
const work = JSON.parse(process.argv[2]!) as Work;
// As the command line does, which takes a quarter less memory with it.
enableCompileCache();
const { createBackup, openStore, restoreBackup } = await import('../src/index.ts');
const store = await openStore({ kind: 'file', path: work.folder });
let peak = process.memoryUsage.rss();
const sampling = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 20);
const start = performance.now();
const manifest =
  work.kind === 'create'
    ? await createBackup({
        store,
        scope,
        source: { url: work.url },
        recipients: [work.recipient],
        verify: false,
      })
    : (await restoreBackup({ store, scope, id: work.id, url: work.url, identities: [work.identity] }))
        .manifest;
const { id, data } = manifest;
const seconds = (performance.now() - start) / 1000;
clearInterval(sampling);
console.log(JSON.stringify({ id, seconds, peak, size: data.size } satisfies Measured));
