import { createHash } from 'node:crypto';
import { Binary, Long } from 'bson';
import { type Doc, isDoc, toNumber, type Value } from '../bson/values.ts';
import type { Numbered } from '../storage/change-log.ts';
import type { Call } from './command.ts';

/** The session and the number of a command as the oplog names them: a session is known by its user, too. */
export const numberedOf = ({ command, connection }: Call): Numbered => {
  const user = connection.user === undefined ? '' : `${connection.user}@admin`;
  const uid = new Binary(createHash('sha256').update(user).digest());
  return {
    lsid: { id: (command.lsid as Doc).id, uid },
    txnNumber: Long.fromNumber(toNumber(command.txnNumber)!),
  };
};

/** How a retryable write numbers its statements: as the client said, else from 0. */
export const statementsOf =
  ({ command }: Call): ((index: number) => Value) =>
  (index) => {
    if (Array.isArray(command.stmtIds)) return command.stmtIds[index];
    return (toNumber(command.stmtId) ?? 0) + index;
  };

/** Which image of the document a retryable `findAndModify` may have to answer again. */
export const imageOf = ({ name, command }: Call): 'preImage' | 'postImage' | undefined => {
  if (name.toLowerCase() !== 'findandmodify') return undefined;
  return isDoc(command) && command.new === true && command.remove !== true ? 'postImage' : 'preImage';
};
