import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { canonical } from '../names.ts';
import type { RecordType } from '../resolvers.ts';
import type { Zone } from './setups.ts';

const types: Readonly<Record<RecordType, number>> = { A: 1, NS: 2, CNAME: 5, TXT: 16, AAAA: 28, CAA: 257 };
const noSuchName = 3;

const nameOf = (name: string): Buffer =>
  Buffer.concat([
    ...name
      .split('.')
      .filter(Boolean)
      .map((label) => text(label)),
    Buffer.from([0]),
  ]);
const text = (value: string): Buffer =>
  Buffer.concat([Buffer.from([Buffer.byteLength(value)]), Buffer.from(value)]);

/** An address of eight groups, `::` where some are left out. */
function groupsOf(address: string): Buffer {
  const [head = '', tail = ''] = address.split('::');
  const of = (part: string) => part.split(':').filter(Boolean);
  const missing = Array<string>(8 - of(head).length - of(tail).length).fill('0');
  const groups = [...of(head), ...missing, ...of(tail)].map((group) => Number.parseInt(group, 16));
  return Buffer.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

function dataOf(type: RecordType, value: string): Buffer {
  switch (type) {
    case 'A':
      return Buffer.from(value.split('.').map(Number));
    case 'AAAA':
      return groupsOf(value);
    case 'CNAME':
    case 'NS':
      return nameOf(value);
    case 'TXT':
      return Buffer.concat((value.match(/.{1,255}/gs) ?? ['']).map(text));
    case 'CAA': {
      const [, flags, tag, property] = /^(\d+) (\S+) "(.*)"$/.exec(value)!;
      return Buffer.concat([Buffer.from([Number(flags)]), text(tag!), Buffer.from(property!)]);
    }
  }
}

/** The name that a query asks for, where it ends, and its type. */
function questionOf(query: Buffer): { name: string; end: number; type: number } {
  const labels: string[] = [];
  let at = 12;
  while (query[at] !== 0) {
    const length = query[at]!;
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: canonical(labels.join('.')), end: at + 5, type: query.readUInt16BE(at + 1) };
}

/** A name server on loopback that answers from a zone, over UDP; `asked` grows with each question. */
export async function openDnsServer(
  zone: Zone,
): Promise<{ address: string; asked: string[]; [Symbol.asyncDispose](): Promise<void> }> {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (query, { port, address }) => {
    const { name, end, type: wanted } = questionOf(query);
    const type = (Object.keys(types) as RecordType[]).find((each) => types[each] === wanted);
    asked.push(`${type} ${name}`);
    const records = (type && zone[`${type} ${name}`]) ?? [];
    const known = Object.keys(zone).some((key) => key.endsWith(` ${name}`));
    const head = Buffer.alloc(12);
    query.copy(head, 0, 0, 2);
    head.writeUInt16BE(0x8580 | (known ? 0 : noSuchName), 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(records.length, 6);
    const answers = records.map((record) => {
      const data = dataOf(type!, record);
      const fixed = Buffer.alloc(12);
      // A pointer to the question's name.
      fixed.writeUInt16BE(0xc00c, 0);
      fixed.writeUInt16BE(wanted, 2);
      fixed.writeUInt16BE(1, 4);
      fixed.writeUInt32BE(60, 6);
      fixed.writeUInt16BE(data.length, 10);
      return Buffer.concat([fixed, data]);
    });
    socket.send(Buffer.concat([head, query.subarray(12, end), ...answers]), port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(socket.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    },
  };
}
