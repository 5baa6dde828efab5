/**
 * As much of mongod as its start with --auth needs: `node fake-mongod.ts <notes> --port N --dbpath D …`. While it has no user it answers the
 * handshake and notes and takes the two commands that MongoDB takes from this machine then; all others get 13, and every proof 18. In
 * OP_MSG and (the first handshake) OP_QUERY: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/. Once it has a user,
 * embedded-mongo stands in for it, with the password of that one.
 */
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { startEmbeddedMongo } from 'embedded-mongo';
import { BSON } from 'mongodb';

const [notes = '', ...args] = process.argv.slice(2);
const note = (line: string) => appendFileSync(notes, `${line}\n`);
note(args.join(' '));
const given = (flag: string) => args[args.indexOf(flag) + 1] ?? '';
const port = Number(given('--port'));
const userFile = join(given('--dbpath'), 'fake-user.json');
const sockets = new Set<Socket>();
let isPrimary = false;

if (args.includes('--keyFile')) {
  const { mode } = statSync(given('--keyFile'));
  const key = readFileSync(given('--keyFile'), 'utf8').trim();
  // mongod ends, too, when others may read it or it is not base64 of this length.
  if ((mode & 0o077) !== 0 || !/^[A-Za-z0-9+/=]{6,1024}$/.test(key)) process.exit(14);
}

const user = () => JSON.parse(readFileSync(userFile, 'utf8')) as { createUser: string; pwd: string };
/** Somebody else's data, to which nothing is said without their password. */
const isOthers = existsSync(userFile) && user().createUser !== 'conductor';

async function serveUser(): Promise<void> {
  const { createUser: username, pwd: password } = user();
  const data = join(given('--dbpath'), 'fake.sqlite');
  await startEmbeddedMongo({ data, port, credentials: { username, password } });
}

/** An elected set of one has its primary a moment after it was made. */
const elect = () => setTimeout(() => (isPrimary = true), 200);

function answer(command: Record<string, unknown>): Record<string, unknown> {
  const [name = ''] = Object.keys(command);
  const common = { ok: 1, maxWireVersion: 25, minWireVersion: 0 };
  if (name.toLowerCase() === 'hello' || name === 'ismaster')
    return { ...common, isWritablePrimary: isPrimary, ismaster: isPrimary, isreplicaset: !isPrimary };
  if (name === 'saslStart') return failure(18, 'Authentication failed.');
  if (isOthers) return failure(13, `Command ${name} requires authentication`);
  if (name === 'replSetInitiate') {
    note(JSON.stringify(command));
    elect();
    return { ok: 1 };
  }
  if (name !== 'createUser') return failure(13, `Command ${name} requires authentication`);
  if (!isPrimary) return failure(10107, 'not primary');
  note(JSON.stringify({ ...command, pwd: `${String(command.pwd).length} characters` }));
  writeFileSync(userFile, JSON.stringify(command), { mode: 0o600 });
  setImmediate(() => {
    server.close(() => void serveUser());
    for (const socket of sockets) socket.end();
  });
  return { ok: 1 };
}

const failure = (code: number, errmsg: string) => ({ ok: 0, code, errmsg });

const server = createServer((socket) => {
  sockets.add(socket);
  let buffered = Buffer.alloc(0);
  socket.on('close', () => sockets.delete(socket));
  socket.on('error', () => socket.destroy());
  socket.on('data', (data) => {
    buffered = Buffer.concat([buffered, data]);
    while (buffered.length >= 4 && buffered.length >= buffered.readInt32LE(0)) {
      const length = buffered.readInt32LE(0);
      socket.write(reply(buffered.subarray(0, length)));
      buffered = buffered.subarray(length);
    }
  });
});

if (existsSync(userFile) && !isOthers) await serveUser();
else server.listen(port, '127.0.0.1');

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
