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
    const digest = hash('sha256', document, 'buffer');
    for (let lane = 0; lane < 8; lane++) this.lanes[lane]! += digest.readUInt32LE(lane * 4);
    this.documents++;
    this.bytes += document.length;
  }

  get hash(): string {
    return Buffer.from(this.lanes.buffer).toString('hex');
  }
}
