/** Which of a program's outputs a frame is of. */
export type Output = 'stdout' | 'stderr';

/** Eight bytes say which output and how long, then come the bytes themselves. */
export function frame(output: Output, bytes: string | Buffer): Buffer {
  const body = Buffer.from(bytes);
  const head = Buffer.alloc(8);
  head[0] = output === 'stdout' ? 1 : 2;
  head.writeUInt32BE(body.length, 4);
  return Buffer.concat([head, body]);
}
