import { Binary, Int32 } from 'bson';
import { mechanism, userDatabase } from '../authentication/authenticator.ts';
import { MalformedMessage } from '../authentication/scram.ts';
import { type Doc, isDoc, toNumber } from '../bson/values.ts';
import { CommandError } from '../errors.ts';
import type { Call, Command } from './command.ts';

/*
 * How drivers authenticate: https://github.com/mongodb/specifications/blob/master/source/auth/auth.md. A connection has one
 * conversation at a time; its number is always 1.
 */
const conversationId = new Int32(1);

/** The same for a wrong name, a wrong password and a message that is none. */
const failed = () => new CommandError(18, 'Authentication failed.');

const textOf = (payload: unknown): string => {
  if (payload instanceof Binary) return Buffer.from(payload.value()).toString('utf8');
  throw new CommandError(14, "BSON field 'payload' must be binary data");
};

const reply = (payload: string, done: boolean): Doc => ({
  conversationId,
  done,
  payload: new Binary(Buffer.from(payload)),
});

const start = ({ server, connection }: Call, command: Doc, database: string): Doc => {
  connection.conversation = undefined;
  if (command.mechanism !== mechanism)
    throw new CommandError(
      334,
      `Received authentication for mechanism ${String(command.mechanism)} which is unknown or not enabled`,
    );
  try {
    const exchange = server.authenticator!.begin(database, textOf(command.payload));
    const emptyEnd = !(isDoc(command.options) && command.options.skipEmptyExchange === true);
    connection.conversation = { exchange, emptyEnd, proven: false };
    return reply(exchange.challenge, false);
  } catch (error) {
    throw error instanceof MalformedMessage ? failed() : error;
  }
};

const goOn = ({ command, connection }: Call): Doc => {
  const { conversation } = connection;
  if (!conversation) throw new CommandError(17, 'No SASL session state found');
  if (toNumber(command.conversationId ?? null) !== 1)
    throw new CommandError(17, 'sasl: Mismatched conversation id');
  connection.conversation = undefined;
  const message = textOf(command.payload);
  if (conversation.proven) {
    if (message !== '') throw failed();
    connection.user = conversation.exchange.username;
    return reply('', true);
  }
  const proof = conversation.exchange.finish(message);
  if (proof === null) throw failed();
  if (conversation.emptyEnd) connection.conversation = { ...conversation, proven: true };
  else connection.user = conversation.exchange.username;
  return reply(proof, !conversation.emptyEnd);
};

/** What `hello` adds: how one authenticates, and the first answer to a client that has begun with it. Nothing where nobody has to. */
export const greeting = (call: Call): Doc => {
  const { saslSupportedMechs, speculativeAuthenticate: early } = call.command;
  if (!call.server.authenticator) return {};
  const answer: Doc = {};
  // The same for every name: it does not tell who exists.
  if (saslSupportedMechs !== undefined) answer.saslSupportedMechs = [mechanism];
  if (!isDoc(early) || early.saslStart === undefined) return answer;
  try {
    answer.speculativeAuthenticate = start(call, early, String(early.db ?? call.db));
  } catch (error) {
    // The client then begins again, with `saslStart`, and hears why not.
    if (!(error instanceof CommandError)) throw error;
  }
  return answer;
};

/** Without credentials these are commands that do not exist, as they always were. */
const onlyWithCredentials =
  (handle: (call: Call) => Doc): Command['handle'] =>
  (call) => {
    if (!call.server.authenticator) throw new CommandError(59, `no such command: '${call.name}'`);
    return handle(call);
  };

const status = ({ connection: { user } }: Call): Doc => ({
  authInfo: {
    authenticatedUsers: user === undefined ? [] : [{ user, db: userDatabase }],
    authenticatedUserRoles: user === undefined ? [] : [{ role: 'root', db: userDatabase }],
  },
});

export const authenticationCommands: Record<string, Command> = {
  saslStart: { handle: onlyWithCredentials((call) => start(call, call.command, call.db)), open: true },
  saslContinue: { handle: onlyWithCredentials(goOn), open: true },
  connectionStatus: { handle: status, fields: ['showPrivileges'], open: true },
  logout: {
    handle: ({ connection, db }) => {
      if (db === userDatabase) connection.user = undefined;
      return {};
    },
    fields: [],
    open: true,
  },
};
