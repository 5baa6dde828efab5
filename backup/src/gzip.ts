import { promisify } from 'node:util';
import { gzip as gzipOf } from 'node:zlib';
import { blocks } from './pipeline.ts';
import { leaveBehind } from './young-generation.ts';

/** Bytes that become one member: large enough to cost hardly any size, small enough for several to be in memory. */
const MEMBER = 1024 * 1024;
/** Members that are compressed at once, each by a thread of its own. */
const AT_ONCE = 2;
/** Of each member so much is tried first. */
const SAMPLE = 16 * 1024;
/** What gets no smaller than this part of it (media, archives, what is encrypted) is stored as it is: trying costs ten times as long. */
const HARDLY_SMALLER = 0.98;

/** How that is stored: in one piece, not in many that are put together. */
const STORED = { level: 0, chunkSize: MEMBER + 1024 };

/** Bytes of members that may outlive a young collection: they are on their way out, and looking for them each time takes longer than all else. */
const PASSING = 16 * 1024 * 1024;

const compress = promisify(gzipOf);

/**
 * Compresses with gzip; `level` 1 (fast) to 9 (small). The result has several members, one for each megabyte, which every tool reads as one
 * (RFC 1952, section 2.2).
 */
export async function* gzip(source: AsyncIterable<Uint8Array>, level: number): AsyncGenerator<Buffer> {
  const underWay: Promise<Buffer>[] = [];
  let isEmpty = true;
  for await (const block of blocks(source, MEMBER, AT_ONCE + 1)) {
    isEmpty = false;
    if (underWay.length >= AT_ONCE) yield await underWay.shift()!;
    const member = memberOf(block, level);
    // Whoever stops reading does not hear of it any more.
    member.catch(() => {});
    underWay.push(member);
  }
  for (const member of underWay) yield await member;
  if (isEmpty) yield await compress(Buffer.alloc(0), { level });
}

async function memberOf(block: Buffer, level: number): Promise<Buffer> {
  const sample = block.subarray(0, SAMPLE);
  const tried = block.length > SAMPLE ? await compress(sample, { level }) : undefined;
  const isHopeless = tried !== undefined && tried.length > HARDLY_SMALLER * sample.length;
  const member = await compress(block, isHopeless ? STORED : { level });
  leaveBehind(member.length, PASSING);
  return member;
}
