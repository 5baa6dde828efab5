/**
 * Documents side by side in one piece of memory, as an insert carries them. An object for each of millions of documents would
 * survive until its batch is stored, which makes the heap grow to twice the size.
 */
export class Batch {
  private bytes: Buffer;
  private used = 0;
  documents = 0;

  /** With room for so many bytes, or for one document that is larger. */
  constructor(room: number) {
    this.bytes = Buffer.allocUnsafe(room);
  }

  /** Of the documents alone. */
  static of(...documents: readonly Uint8Array[]): Batch {
    const batch = new Batch(documents.reduce((sum, { length }) => sum + length, 0));
    for (const document of documents) batch.add(document);
    return batch;
  }

  hasRoomFor(document: Uint8Array): boolean {
    return this.used === 0 || this.used + document.length <= this.bytes.length;
  }

  /** Copies a document that there is room for. */
  add(document: Uint8Array): void {
    if (document.length > this.bytes.length) this.bytes = Buffer.allocUnsafe(document.length);
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
