/** What a close frame says when the server goes away and a new connection will be served: 1012, "Service Restart". */
export const restartFrame: Buffer = Buffer.of(0x88, 0x02, 0x03, 0xf4);

/** Where the frames of one direction of a WebSocket begin and end (RFC 6455, 5.2). */
export class Frames {
  #head: number[] = [];
  /** Bytes of the frame's content that are still to come. */
  #left = 0;
  /** The one who speaks has said that it closes. */
  closed = false;

  /** True when what was read so far ends with a whole frame: another one may be put in here. */
  get between(): boolean {
    return this.#left === 0 && this.#head.length === 0;
  }

  /** Reads on; with `once` only to the end of the frame that is under way. Returns how many of the bytes it read. */
  read(bytes: Buffer, once = false): number {
    let at = 0;
    while (at < bytes.length) {
      if (this.#left > 0) {
        const part = Math.min(this.#left, bytes.length - at);
        this.#left -= part;
        at += part;
      } else this.#readHead(bytes[at++]!);
      if (once && this.between) break;
    }
    return at;
  }

  #readHead(byte: number): void {
    this.#head.push(byte);
    const [first = 0, second = 0] = this.#head;
    const short = second & 0x7f;
    const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
    const masked = (second & 0x80) !== 0 ? 4 : 0;
    if (this.#head.length < 2 + extended + masked) return;
    const long = this.#head.slice(2, 2 + extended).reduce((sum, each) => sum * 256 + each, 0);
    this.#left = extended > 0 ? long : short;
    if ((first & 0x0f) === 0x8) this.closed = true;
    this.#head = [];
  }
}
