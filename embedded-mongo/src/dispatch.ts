import { Binary, Long, Timestamp } from 'bson';
import { type Doc, isDoc, keysOf, toNumber } from './bson/values.ts';
import type { Call, Command, Connection, Server } from './commands/command.ts';
import { commands } from './commands/index.ts';
import { imageOf, numberedOf, statementsOf } from './commands/numbered.ts';
import { CommandError, codeName, noLabels } from './errors.ts';
import { CloseConnection } from './fail-point.ts';
import { parseSession, type SessionRequest } from './sessions.ts';
import { WriteBlocked } from './transactions.ts';
import type { Request } from './wire/message.ts';

/** Fields that every command takes. */
const common = new Set([
  '$db',
  'lsid',
  'txnNumber',
  'autocommit',
  'startTransaction',
  '$clusterTime',
  '$readPreference',
  'readConcern',
  'writeConcern',
  'comment',
  'maxTimeMS',
  'apiVersion',
  'apiStrict',
  'apiDeprecationErrors',
  '$audit',
  '$client',
  '$configServerState',
  'maxTimeMSOpOnly',
  'rawData',
  '$tenant',
]);
/** How long a write waits for a transaction that holds its document, in milliseconds. */
const patience = 60_000;
const signature = { hash: new Binary(Buffer.alloc(20), 0), keyId: Long.ZERO };

const withTimes = ({ clock }: Server, reply: Doc, wrote: boolean): Doc => {
  const operationTime = clock.after(wrote);
  return {
    ...reply,
    ok: reply.ok ?? 1.0,
    $clusterTime: { clusterTime: operationTime, signature },
    operationTime,
  };
};

/** The reply that tells of an error. */
const failure = (error: unknown, session: SessionRequest | undefined): Doc => {
  if (error instanceof CommandError) {
    const labels = session?.inTransaction ? error.labels : noLabels(error);
    const reply: Doc = {
      ok: 0,
      errmsg: error.message,
      code: error.code,
      codeName: codeName(error.code),
      ...error.extra,
    };
    if (labels.length > 0) reply.errorLabels = labels;
    return reply;
  }
  // Our own mistake: the client gets an answer, and the one who runs the server sees where it happened.
  console.error(error);
  return { ok: 0, errmsg: `internal error: ${(error as Error).message}`, code: 1, codeName: codeName(1) };
};

const assertWellFormed = (name: string, request: Request, command: Command): void => {
  if (command.adminOnly && request.database !== 'admin')
    throw new CommandError(13, `${name} may only be run against the admin database.`);
  if (command.fields)
    for (const key of keysOf(request.command))
      if (key !== name && !common.has(key) && !command.fields.includes(key))
        throw new CommandError(40415, `BSON field '${name}.${key}' is an unknown field.`);
};

/** Errors: 72, 79, 100, 148 for concerns that this server cannot honour. */
const assertConcerns = ({ readConcern, writeConcern }: Doc): void => {
  if (isDoc(readConcern) && readConcern.level !== undefined) {
    const { level } = readConcern;
    if (!['local', 'majority', 'linearizable', 'available', 'snapshot'].includes(level as string))
      throw new CommandError(9, `Unrecognized readConcern level: '${String(level)}'`);
  }
  if (isDoc(writeConcern)) {
    const { w } = writeConcern;
    if (typeof w === 'string' && w !== 'majority')
      throw new CommandError(79, `No write concern mode named '${w}' found in replica set configuration`);
    if (w !== undefined && typeof w !== 'string' && !isDoc(w)) {
      const number = toNumber(w);
      if (number === undefined || number < 0 || number > 50)
        throw new CommandError(9, 'w has to be a non-negative number and not greater than 50');
      if (number > 1) throw new CommandError(100, 'Not enough data-bearing nodes');
    }
  }
};

const wantsJournal = ({ writeConcern }: Doc): boolean => isDoc(writeConcern) && writeConcern.j === true;

const run = (call: Call, command: Command): Doc => {
  const { session, server } = call;
  if (!command.writes || session.inTransaction) return command.handle(call);
  const numbered = session.number !== undefined;
  const before = numbered ? server.sessions.replay(session) : undefined;
  if (before) return before;
  const handle = () => command.handle(call);
  const reply = server.store.write(() =>
    numbered && server.oplog
      ? server.oplog.during(
          { ...numberedOf(call), statements: statementsOf(call), image: imageOf(call) },
          handle,
        )
      : handle(),
  );
  if (wantsJournal(call.command)) server.store.sync();
  if (numbered) server.sessions.remember(session, reply);
  return reply;
};

const inTransaction = (call: Omit<Call, 'view'>, command: Command): Doc => {
  const { session, server, name } = call;
  if (name === 'commitTransaction' || name === 'abortTransaction')
    return command.handle({ ...call, view: server.transactions.latest });
  if (!command.transactional)
    throw new CommandError(263, `Cannot run '${name}' in a multi-document transaction.`);
  const view = server.sessions.enter(session);
  try {
    const reply = run({ ...call, view }, command);
    // A statement that failed ends the transaction, though the batch itself has an answer.
    if (reply.writeErrors !== undefined) server.sessions.fail(session);
    return reply;
  } catch (error) {
    server.sessions.fail(session);
    throw error;
  }
};

/** A read at one moment, told to the client so that later reads can ask for the same. Errors: 72, 239. */
const inSnapshot = (call: Omit<Call, 'view'>, command: Command, readConcern: Doc): Doc => {
  const { server, name, session } = call;
  if (!['find', 'aggregate', 'distinct'].includes(name))
    throw new CommandError(
      72,
      `readConcern level snapshot is not supported for '${name}' outside of transactions`,
    );
  const asked = readConcern.atClusterTime;
  const atClusterTime = asked instanceof Timestamp ? asked : server.clock.after(true);
  const { snapshots } = server;
  const view =
    asked instanceof Timestamp ? snapshots.at(asked) : snapshots.take(atClusterTime, session.session);
  const reply = command.handle({ ...call, view });
  return isDoc(reply.cursor)
    ? { ...reply, cursor: { ...reply.cursor, atClusterTime } }
    : { ...reply, atClusterTime };
};

const soon = (promise: Promise<void>): Promise<void> => {
  const { promise: late, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(
    () => reject(new CommandError(50, 'operation exceeded time limit waiting for a transaction')),
    patience,
  );
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

/** Answers one request. Every error becomes a reply, except when a fail point closes the connection. */
export const dispatch = async (server: Server, request: Request, connection: Connection): Promise<Doc> => {
  const { command: body, database: db } = request;
  const name = keysOf(body)[0] ?? '';
  let session: SessionRequest | undefined;
  try {
    const command = commands.get(name);
    if (!command) throw new CommandError(59, `no such command: '${name}'`);
    if (server.authenticator && connection.user === undefined && !command.open)
      throw new CommandError(13, `Command ${name} requires authentication`);
    assertWellFormed(name, request, command);
    session = parseSession(body);
    if (server.standalone && session.number !== undefined)
      throw new CommandError(20, 'Transaction numbers are only allowed on a replica set member or mongos');
    const addition = await server.failPoint.strike(name);
    assertConcerns(body);
    if (session.session !== undefined) server.sessions.touch(session.session);
    const call = {
      server,
      db,
      name,
      command: body,
      session,
      connection,
    };
    for (;;) {
      try {
        const { readConcern } = body;
        const snapshot = isDoc(readConcern) && readConcern.level === 'snapshot';
        const reply = session.inTransaction
          ? inTransaction(call, command)
          : snapshot
            ? inSnapshot(call, command, readConcern)
            : run({ ...call, view: server.transactions.latest }, command);
        return withTimes(server, { ...reply, ...addition }, command.writes === true);
      } catch (error) {
        if (!(error instanceof WriteBlocked)) throw error;
        await soon(error.transaction.ended);
      }
    }
  } catch (error) {
    if (error instanceof CloseConnection) throw error;
    return withTimes(server, failure(error, session), false);
  }
};
