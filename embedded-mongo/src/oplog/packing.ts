import { encode } from '../bson/encode.ts';
import type { Operation } from './operation.ts';

/** Room for what stands around the operations of an entry, in bytes. */
const around = 1024;

/** Operations by the entry they go into: none of these is larger than a limit in bytes, unless it holds a single operation. */
export const packed = (operations: readonly Operation[], limit: number): Operation[][] => {
  const packs: Operation[][] = [];
  let room = 0;
  for (const operation of operations) {
    const size = encode(operation).length + 16;
    if (packs.length === 0 || size > room) {
      packs.push([]);
      room = limit - around;
    }
    packs.at(-1)!.push(operation);
    room -= size;
  }
  return packs;
};
