/**
 * Documents side by side in one piece of memory, as an insert carries them. An object for each of millions of documents would
 * survive until its batch is stored, which makes the heap grow to twice the size.
 */
export class Batch {
  private bytes: Buffer;
  private used = 0;
  documents = 0;

  /** With room for so many bytes. */
  constructor(room: number) {
    this.bytes = Buffer.allocUnsafe(room);
  }

  /** Of the documents alone. */
  static of(...documents: readonly Uint8Array[]): Batch {
    const batch = new Batch(documents.reduce((sum, { length }) => sum + length, 0));
    for (const document of documents) batch.add(document);
    return batch;
  }

  /** Of one document, which is not copied. */
  static around(document: Uint8Array): Batch {
    const batch = new Batch(0);
    batch.bytes = Buffer.from(document.buffer, document.byteOffset, document.byteLength);
    batch.used = document.length;
    batch.documents = 1;
    return batch;
  }

  hasRoomFor(document: Uint8Array): boolean {
    return this.used + document.length <= this.bytes.length;
  }

  /** Copies a document that there is room for. */
  add(document: Uint8Array): void {
    this.bytes.set(document, this.used);
    this.used += document.length;
    this.documents++;
  }

  /** Empties it, to be filled again. */
  clear(): this {
    this.used = 0;
    this.documents = 0;
    return this;
  }

  get content(): Buffer {
    return this.bytes.subarray(0, this.used);
  }

  /** The document of that place: found by the length that each begins with. */
  document(index: number): Buffer {
    let at = 0;
    for (let skip = index; skip > 0; skip--) at += this.bytes.readInt32LE(at);
    return this.bytes.subarray(at, at + this.bytes.readInt32LE(at));
  }
}
