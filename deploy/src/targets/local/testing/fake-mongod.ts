/**
 * As much of mongod as its start needs: it answers the handshake and notes each command, in OP_MSG and (the first handshake)
 * OP_QUERY: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/. `node fake-mongod.ts <notes> --port N …`
 */
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { BSON } from 'mongodb';

const [notes = '', ...args] = process.argv.slice(2);
const note = (line: string) => appendFileSync(notes, `${line}\n`);
note(args.join(' '));

const hello = { ok: 1, isWritablePrimary: true, ismaster: true, maxWireVersion: 25, minWireVersion: 0 };

function answer(command: Record<string, unknown>) {
  const [name = ''] = Object.keys(command);
  if (name.toLowerCase() === 'hello' || name === 'ismaster') return hello;
  note(JSON.stringify(command));
  return { ok: 1 };
}

createServer((socket) => {
  let buffered = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (data) => {
    buffered = Buffer.concat([buffered, data]);
    while (buffered.length >= 4 && buffered.length >= buffered.readInt32LE(0)) {
      const length = buffered.readInt32LE(0);
      socket.write(reply(buffered.subarray(0, length)));
      buffered = buffered.subarray(length);
    }
  });
}).listen(Number(args[args.indexOf('--port') + 1]), '127.0.0.1');

function reply(message: Buffer): Buffer {
  const [id, opcode] = [message.readInt32LE(4), message.readInt32LE(12)];
  const query = opcode === 2004;
  // OP_QUERY: flags, name of the collection, two numbers. OP_MSG: flags, kind of the section.
  const at = query ? message.indexOf(0, 20) + 9 : 21;
  const size = message.readInt32LE(at);
  const document = BSON.serialize(answer(BSON.deserialize(message.subarray(at, at + size))));
  const before = Buffer.alloc(query ? 20 : 5);
  if (query) before.writeInt32LE(1, 16);
  const header = Buffer.alloc(16);
  header.writeInt32LE(16 + before.length + document.length, 0);
  header.writeInt32LE(id, 8);
  header.writeInt32LE(query ? 1 : 2013, 12);
  return Buffer.concat([header, before, document]);
}
