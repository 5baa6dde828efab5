import type { Manifest } from './manifest.ts';

/** Characters of manifests that are remembered at the most. */
const ROOM = 32 * 1024 * 1024;

interface Remembered {
  readonly version: string;
  readonly manifest: Manifest;
  readonly length: number;
}

/**
 * Manifests that were read before, by the version that the store's listing names: whoever looks again and again reads those that changed, and
 * no others. For looking only: what is decided on is read.
 */
export class ManifestMemory {
  #known = new Map<string, Remembered>();
  #next = new Map<string, Remembered>();
  #length = 0;

  /** The manifest under a key, if that is still of the version that was read. */
  recall(key: string, version: string | undefined): Manifest | undefined {
    const known = this.#known.get(key);
    if (known === undefined || known.version !== version) return undefined;
    this.#keep(key, known);
    return known.manifest;
  }

  /** Remembers what was read, if its version is known and there is room. */
  remember(key: string, version: string | undefined, manifest: Manifest, length: number): void {
    if (version !== undefined) this.#keep(key, { version, manifest, length });
  }

  /** Forgets what was neither recalled nor remembered since it was called before. */
  forgetOthers(): void {
    this.#known = this.#next;
    this.#next = new Map();
    this.#length = 0;
  }

  #keep(key: string, remembered: Remembered): void {
    if (this.#length + remembered.length > ROOM) return;
    this.#next.set(key, remembered);
    this.#length += remembered.length;
  }
}
