import type { Readable } from 'node:stream';

/** A piece of what a container wrote, and where it wrote it. */
export interface Frame {
  readonly from: 'stdout' | 'stderr';
  readonly data: Buffer;
}

const header = 8;

/**
 * Takes apart what the engine sends of a container without a terminal: for each piece a byte for the stream, three zeros, its length in four
 * bytes, and the piece (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach).
 */
export async function* framesOf(stream: Readable): AsyncGenerator<Frame> {
  let left: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    left = left.length === 0 ? (chunk as Buffer) : Buffer.concat([left, chunk as Buffer]);
    while (left.length >= header) {
      const length = left.readUInt32BE(4);
      if (left.length < header + length) break;
      yield { from: left[0] === 2 ? 'stderr' : 'stdout', data: left.subarray(header, header + length) };
      left = left.subarray(header + length);
    }
  }
}

/** The same, line by line; what is not ended by a line break at the end is a line, too. */
export async function* linesOf(stream: Readable): AsyncGenerator<string> {
  for await (const { text } of streamLines(stream)) yield text;
}

/** A line of a container, and where it wrote it. */
export interface WrittenLine {
  readonly from: Frame['from'];
  readonly text: string;
}

/** The same, with where each line was written. */
export async function* streamLines(stream: Readable): AsyncGenerator<WrittenLine> {
  const begun = { stdout: '', stderr: '' };
  for await (const { from, data } of framesOf(stream)) {
    const lines = (begun[from] + data.toString()).split('\n');
    begun[from] = lines.pop()!;
    for (const text of lines) yield { from, text };
  }
  for (const from of ['stdout', 'stderr'] as const) if (begun[from] !== '') yield { from, text: begun[from] };
}
