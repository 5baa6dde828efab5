import { Binary, Int32, Long, ObjectId } from 'bson';
import { mechanism } from '../authentication/authenticator.ts';
import { maxDocumentSize } from '../bson/encode.ts';
import { type Doc, isDoc, keysOf } from '../bson/values.ts';
import { CommandError } from '../errors.ts';
import { sessionMinutes } from '../sessions.ts';
import { reads } from '../storage/records.ts';
import { maxMessageSize } from '../wire/message.ts';
import { greeting } from './authentication.ts';
import type { Call, Command } from './command.ts';
import { maxWriteBatch } from './crud.ts';

/** The MongoDB release whose behaviour this server follows, and the wire version that goes with it. */
export const version = '8.0.0';
const wireVersion = 25;
/** The name of the one-member replica set. */
export const replicaSet = 'embedded';
const electionId = new ObjectId('7fffffff0000000000000001');

/** What a member of a replica set says of itself; a standalone server says nothing of the kind. */
const membership = ({ connection: { address } }: Call): Doc => ({
  secondary: false,
  setName: replicaSet,
  setVersion: new Int32(1),
  electionId,
  hosts: [address],
  primary: address,
  me: address,
});

const hello = (call: Call): Doc => {
  const legacy = call.name !== 'hello';
  return {
    helloOk: true,
    ...(legacy ? { ismaster: true } : { isWritablePrimary: true }),
    ...(call.server.standalone ? {} : membership(call)),
    maxBsonObjectSize: maxDocumentSize,
    maxMessageSizeBytes: maxMessageSize,
    maxWriteBatchSize: maxWriteBatch,
    localTime: new Date(),
    logicalSessionTimeoutMinutes: sessionMinutes,
    connectionId: call.connection.id,
    minWireVersion: 0,
    maxWireVersion: wireVersion,
    readOnly: false,
    ...greeting(call),
  };
};

const buildInfo = (): Doc => ({
  version,
  versionArray: [8, 0, 0, 0],
  gitVersion: 'embedded',
  modules: ['embedded'],
  embedded: true,
  allocator: 'v8',
  javascriptEngine: 'none',
  sysInfo: 'deprecated',
  openssl: { running: 'none', compiled: 'none' },
  bits: 64,
  debug: false,
  maxBsonObjectSize: maxDocumentSize,
  storageEngines: ['sqlite'],
});

const serverStatus = ({ server, connection: { address } }: Call): Doc => {
  const memory = process.memoryUsage();
  const uptime = (Date.now() - server.startedAt) / 1000;
  return {
    host: address,
    version,
    process: 'embedded-mongo',
    embedded: true,
    pid: Long.fromNumber(process.pid),
    uptime,
    uptimeMillis: Long.fromNumber(Math.round(uptime * 1000)),
    localTime: new Date(),
    connections: {
      current: server.connections(),
      available: 65536 - server.connections(),
      totalCreated: server.connections(),
      active: server.connections(),
    },
    opcounters: { ...server.counters },
    mem: {
      bits: 64,
      resident: Math.round(memory.rss / 1048576),
      virtual: Math.round(memory.rss / 1048576),
      supported: true,
    },
    metrics: {
      cursor: { open: { total: Long.fromNumber(server.cursors.open) } },
      queryExecutor: {
        scanned: Long.fromNumber(reads.keys),
        scannedObjects: Long.fromNumber(reads.documents),
        collectionScans: {
          nonTailable: Long.fromNumber(reads.collectionScans),
          total: Long.fromNumber(reads.collectionScans),
        },
      },
    },
    transactions: {
      currentActive: Long.fromNumber(server.transactions.open),
      currentOpen: Long.fromNumber(server.transactions.open),
    },
    storageEngine: {
      name: 'sqlite',
      supportsCommittedReads: true,
      persistent: true,
      supportsSnapshotReadConcern: true,
    },
    ...(server.standalone
      ? {}
      : {
          repl: {
            setName: replicaSet,
            isWritablePrimary: true,
            secondary: false,
            hosts: [address],
            me: address,
            primary: address,
          },
        }),
  };
};

const getParameter = ({ command, server }: Call): Doc => {
  const known: Doc = {
    featureCompatibilityVersion: { version: '8.0' },
    enableTestCommands: true,
    authenticationMechanisms: server.authenticator ? [mechanism] : [],
    transactionLifetimeLimitSeconds: 60,
    ttlMonitorEnabled: true,
  };
  if (command.getParameter === '*') return known;
  const asked = keysOf(command).filter((key) => key in known);
  if (asked.length === 0) throw new CommandError(72, 'no option found to get');
  return Object.fromEntries(asked.map((key) => [key, known[key]]));
};

const killSessions = ({ server, command, name }: Call): Doc => {
  for (const one of (command[name] as Doc[] | undefined) ?? []) {
    if (!isDoc(one) || !(one.id instanceof Binary))
      throw new CommandError(14, `BSON field '${name}' must hold session ids`);
    const id = one.id.toString('hex');
    server.cursors.killSession(id);
    server.snapshots.endSession(id);
    server.sessions.end(id);
  }
  return {};
};

const replSetGetStatus = ({ server, connection: { address } }: Call): Doc => {
  if (server.standalone) throw new CommandError(76, 'not running with --replSet');
  return {
    set: replicaSet,
    date: new Date(),
    myState: 1,
    term: Long.fromNumber(1),
    members: [{ _id: 0, name: address, health: 1, state: 1, stateStr: 'PRIMARY', self: true }],
  };
};

export const serverCommands: Record<string, Command> = {
  hello: { handle: hello, open: true },
  isMaster: { handle: hello, open: true },
  ismaster: { handle: hello, open: true },
  ping: { handle: () => ({}), fields: [], open: true },
  buildInfo: { handle: buildInfo, fields: [] },
  buildinfo: { handle: buildInfo, fields: [] },
  serverStatus: { handle: serverStatus },
  hostInfo: {
    handle: ({ connection: { address } }) => ({
      system: { currentTime: new Date(), hostname: address, cpuAddrSize: 64 },
      os: { type: process.platform },
    }),
    fields: [],
  },
  getParameter: { handle: getParameter, adminOnly: true },
  getCmdLineOpts: { handle: () => ({ argv: ['embedded-mongo'], parsed: {} }), adminOnly: true },
  whatsmyuri: { handle: ({ connection: { address } }) => ({ you: address }), fields: [], open: true },
  endSessions: { handle: killSessions },
  killSessions: { handle: killSessions },
  killAllSessions: {
    handle: ({ server }) => {
      server.sessions.close();
      return {};
    },
  },
  startSession: {
    handle: () => ({
      id: { id: new Binary(crypto.getRandomValues(new Uint8Array(16)), 4) },
      timeoutMinutes: sessionMinutes,
    }),
    fields: [],
  },
  refreshSessions: { handle: () => ({}) },
  replSetGetStatus: { handle: replSetGetStatus, adminOnly: true, fields: [] },
  top: { handle: () => ({ totals: {} }), adminOnly: true, fields: [] },
  configureFailPoint: {
    handle: ({ server, command }) => {
      server.failPoint.configure(command);
      return {};
    },
    adminOnly: true,
  },
};
