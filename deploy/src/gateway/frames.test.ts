import { expect, it } from 'vitest';
import { Frames } from './frames.ts';

const frame = (length: number, { masked = false, opcode = 2 } = {}): Buffer => {
  const size = Buffer.alloc(length < 126 ? 0 : length < 65_536 ? 2 : 8);
  if (size.length === 2) size.writeUInt16BE(length);
  if (size.length === 8) size.writeBigUInt64BE(BigInt(length));
  const short = length < 126 ? length : length < 65_536 ? 126 : 127;
  const mask = masked ? Buffer.from('mask') : Buffer.alloc(0);
  return Buffer.concat([
    Buffer.of(0x80 | opcode, short | (masked ? 0x80 : 0)),
    size,
    mask,
    // Content that looks like frames.
    Buffer.alloc(length, Buffer.of(0x88, 0x02, 0x03)),
  ]);
};

it.each([0, 1, 125, 126, 65_535, 65_536, 200_000])('a frame of %i bytes ends where it ends', (length) => {
  for (const masked of [false, true]) {
    const bytes = frame(length, { masked });
    const frames = new Frames();
    expect(frames.between).toBe(true);
    for (let at = 0; at < bytes.length - 1; at++) {
      frames.read(bytes.subarray(at, at + 1));
      if (frames.between) throw new Error(`between frames after ${at + 1} of ${bytes.length} bytes`);
    }
    frames.read(bytes.subarray(-1));
    expect(frames.between).toBe(true);
    expect(frames.closed).toBe(false);
  }
});

it('stops at the end of the frame that is under way, although another one begins in the same bytes', () => {
  const [one, other] = [frame(300), frame(5)];
  const frames = new Frames();
  frames.read(one.subarray(0, 100));
  const rest = Buffer.concat([one.subarray(100), other.subarray(0, 3)]);
  expect(frames.read(rest, true)).toBe(one.length - 100);
  expect(frames.between).toBe(true);
});

it('notices that a connection is being closed', () => {
  const frames = new Frames();
  frames.read(Buffer.concat([frame(3), frame(2, { opcode: 8 })]));
  expect(frames.closed).toBe(true);
});
