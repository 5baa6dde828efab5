import { hash } from 'node:crypto';

/**
 * A hash of many documents that doesn't depend on their order: the sum of their SHA-256s, taken as eight 32-bit lanes. A sum,
 * because an exclusive-or would not notice a document that is there twice. It finds accidents; against malice stands the
 * encryption.
 */
export class Fingerprint {
  private readonly lanes = new Uint32Array(8);
  documents = 0;
  /** Bytes of the documents. */
  bytes = 0;

  add(document: Uint8Array): void {
    // As a string of bytes: a buffer for each of millions of documents would cost more than hashing them.
    const digest = hash('sha256', document, 'binary');
    for (let lane = 0, at = 0; lane < 8; lane++, at += 4) {
      const low = digest.charCodeAt(at) | (digest.charCodeAt(at + 1) << 8);
      const high = digest.charCodeAt(at + 2) | (digest.charCodeAt(at + 3) << 8);
      this.lanes[lane]! += low + high * 0x10000;
    }
    this.documents++;
    this.bytes += document.length;
  }

  addAll(documents: readonly Uint8Array[]): void {
    for (const document of documents) this.add(document);
  }

  get hash(): string {
    return Buffer.from(this.lanes.buffer).toString('hex');
  }
}
