import { createHash } from 'node:crypto';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Ids as an engine makes them, the same in every run. */
export class Ids {
  #made = 0;

  /** Of a thing of the swarm: 25 letters and digits. */
  swarm(kind: string): string {
    const number = BigInt(`0x${sha256(`${kind} ${this.#made++}`)}`);
    return number.toString(36).slice(0, 25);
  }

  /** Of a container, an image or an exec: 64 hexadecimal digits. */
  long(kind: string): string {
    return sha256(`${kind} ${this.#made++}`);
  }
}

/** Id of an image that is made of this. */
export const imageId = (content: string | Buffer): string =>
  `sha256:${createHash('sha256').update(content).digest('hex')}`;
