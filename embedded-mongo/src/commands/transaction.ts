import type { Doc } from '../bson/values.ts';
import { CommandError } from '../errors.ts';
import type { Call, Command } from './command.ts';
import { numberedOf } from './numbered.ts';

const assertInTransaction = ({ session, name }: Call): void => {
  if (session.session === undefined || session.number === undefined)
    throw new CommandError(125, `${name} must be run within a transaction`);
};

const commit = (call: Call): Doc => {
  assertInTransaction(call);
  call.server.sessions.commit(call.session, numberedOf(call));
  return {};
};

const abort = (call: Call): Doc => {
  assertInTransaction(call);
  call.server.sessions.abort(call.session);
  return {};
};

export const transactionCommands: Record<string, Command> = {
  commitTransaction: { handle: commit, adminOnly: true, fields: ['recoveryToken', 'coordinator'] },
  abortTransaction: { handle: abort, adminOnly: true, fields: ['recoveryToken'] },
};
