/** A file in a tar. */
export interface Entry {
  readonly name: string;
  readonly data: Buffer;
}

const block = 512;

/** The files of a tar; long names as GNU and pax write them. */
export function unpacked(tar: Buffer): Entry[] {
  const entries: Entry[] = [];
  let long: string | null = null;
  for (let at = 0; at + block <= tar.length; ) {
    const head = tar.subarray(at, at + block);
    if (head[0] === 0) break;
    const text = (from: number, to: number) => head.subarray(from, to).toString('utf8').replace(/\0.*$/s, '');
    const size = Number.parseInt(text(124, 136).trim() || '0', 8);
    const data = tar.subarray(at + block, at + block + size);
    const type = text(156, 157);
    const prefix = text(257, 262) === 'ustar' ? text(345, 500) : '';
    const name: string = long ?? (prefix ? `${prefix}/${text(0, 100)}` : text(0, 100));
    long = null;
    if (type === 'L') long = data.toString('utf8').replace(/\0.*$/s, '');
    else if (type === 'x') long = /^\d+ path=(.*)$/m.exec(data.toString('utf8'))?.[1] ?? null;
    else if (type === '0' || type === '') entries.push({ name: name.replace(/^\.\//, ''), data });
    at += block + Math.ceil(size / block) * block;
  }
  return entries;
}

/** A tar of files with short names. */
export function packed(entries: readonly Entry[]): Buffer {
  const parts = entries.flatMap(({ name, data }) => {
    const head = Buffer.alloc(block);
    head.write(name, 0);
    head.write('0000644\0', 100);
    head.write('0000000\0', 108);
    head.write('0000000\0', 116);
    head.write(`${data.length.toString(8).padStart(11, '0')}\0`, 124);
    head.write(`${'0'.padStart(11, '0')}\0`, 136);
    head.write('        0ustar\u000000', 148);
    const sum = head.reduce((all, one) => all + one, 0);
    head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [head, data, Buffer.alloc((block - (data.length % block)) % block)];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * block)]);
}
