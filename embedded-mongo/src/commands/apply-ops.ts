import { type Doc, isDoc, keysOf } from '../bson/values.ts';
import { CommandError, codeName, typeMismatch } from '../errors.ts';
import { applyOperation, type Manner, OperationFailed } from './apply-operation.ts';
import { type Call, type Command, flagField } from './command.ts';

const operationsOf = (command: Doc): Doc[] => {
  const { applyOps } = command;
  if (!Array.isArray(applyOps) || !applyOps.every(isDoc))
    throw typeMismatch("BSON field 'applyOps' must be an array of objects");
  // The parts of a transaction are no history of their own: only all of them, put together, are.
  if (flagField(command, 'prepare')) throw new CommandError(2, "applyOps command can't have 'prepare' field");
  if (flagField(command, 'partialTxn'))
    throw new CommandError(31056, "applyOps command can't have 'partialTxn' field.");
  if (command.count !== undefined)
    throw new CommandError(31240, "applyOps command can't have 'count' field.");
  const drops = applyOps.some(({ op, o }) => op === 'c' && isDoc(o) && keysOf(o)[0] === 'dropDatabase');
  if (drops && applyOps.length > 1)
    throw new CommandError(6275900, 'dropDatabase in an applyOps must be the only entry');
  return applyOps;
};

const isNested = ({ op, o }: Doc): boolean => op === 'c' && isDoc(o) && keysOf(o)[0] === 'applyOps';

interface Outcome {
  readonly results: boolean[];
  error: CommandError | undefined;
}

/**
 * Applies entries until one cannot be. As in MongoDB, what was applied before a failure stays; with `alwaysUpsert: false` the
 * document of an update that is not there fails the command in the end and not at once.
 */
const applyAll = (call: Call, command: Doc, how: Manner): Outcome => {
  const outcome: Outcome = { results: [], error: undefined };
  let failed = false;
  for (const operation of operationsOf(command)) {
    if (operation.op === 'n') continue;
    try {
      if (isNested(operation)) {
        const { error } = applyAll(call, operation.o as Doc, how);
        if (error) throw error;
      } else applyOperation(call, operation, how);
      outcome.results.push(true);
    } catch (error) {
      outcome.results.push(false);
      if (error instanceof CommandError) return { ...outcome, error };
      if (!(error instanceof OperationFailed)) throw error;
      failed = true;
    }
  }
  if (failed) outcome.error = new CommandError(8, 'applyOps had one or more errors applying ops');
  return outcome;
};

const applyOps = (call: Call): Doc => {
  const { command } = call;
  // By default an update makes the document that it does not find: a later entry of the history removed it.
  const { results, error } = applyAll(call, command, {
    bypass: flagField(command, 'bypassDocumentValidation'),
    upsert: command.alwaysUpsert === undefined || flagField(command, 'alwaysUpsert'),
  });
  const reply: Doc = { applied: results.length, results };
  if (!error) return reply;
  return {
    ok: 0,
    ...reply,
    errmsg: error.message,
    code: error.code,
    codeName: codeName(error.code),
    ...error.extra,
  };
};

export const applyOpsCommands: Record<string, Command> = {
  applyOps: {
    handle: applyOps,
    writes: true,
    adminOnly: true,
    fields: [
      'allowAtomic',
      'alwaysUpsert',
      'bypassDocumentValidation',
      'count',
      'oplogApplicationMode',
      'partialTxn',
      'prepare',
    ],
  },
};
