import { Socket } from 'node:net';

type Written = (error?: Error | null) => void;

/**
 * A connection to a service that outlives its failed writes. A service may answer before it has read all of a request, and close:
 * the next write fails then, while the answer already lies here to be read. So a failed write only ends writing (what is written
 * from then on goes nowhere), and what is read, or the end of reading, says how the request ended.
 */
export class UpstreamSocket extends Socket {
  #heard = true;

  override _write(chunk: unknown, encoding: BufferEncoding, written: Written): void {
    if (this.#heard) super._write(chunk, encoding, this.#unlessFailed(written));
    else written();
  }

  override _writev(chunks: { chunk: unknown; encoding: BufferEncoding }[], written: Written): void {
    if (this.#heard) super._writev?.(chunks, this.#unlessFailed(written));
    else written();
  }

  #unlessFailed(written: Written): Written {
    return (error) => {
      // Before it is connected, or after it was destroyed, nothing can be read either.
      if (error && (this.connecting || this.destroyed)) {
        written(error);
        return;
      }
      if (error) this.#heard = false;
      written();
    };
  }
}
