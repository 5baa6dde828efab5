import type { ClientSession } from 'mongodb';
import { z } from 'zod';
import { type FileDocument, mostBytes } from '../files/file.ts';
import { mustReach } from '../files/reach.ts';
import { idSchema } from '../mongo/id.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { Principal } from '../policy/principal.ts';
import { invalid, Problem } from '../problem.ts';

/** A file that goes with a letter, as it was when it was attached. */
export const attachedSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    size: z.number().int().describe('Bytes'),
    type: z.string(),
  })
  .meta({ id: 'Attached' });
export type Attached = z.output<typeof attachedSchema>;

/**
 * The files of these ids, each of which the writer must see. One that is attached already stays, also when it was
 * deleted beside its record meanwhile. All together have at most 10 MB.
 */
export async function attach(
  mongo: Mongo,
  principal: Principal,
  ids: readonly string[],
  already: readonly Attached[],
  session: ClientSession,
): Promise<Attached[]> {
  const files: Attached[] = [];
  for (const id of ids)
    files.push(already.find((one) => one.id === id) ?? (await seen(mongo, principal, id, session)));
  if (files.reduce((sum, { size }) => sum + size, 0) > mostBytes)
    throw invalid(
      '#/fileIds',
      'fileIds.too-large',
      'The attachments of a letter have at most 10 MB together.',
    );
  return files;
}

async function seen(
  mongo: Mongo,
  principal: Principal,
  id: string,
  session: ClientSession,
): Promise<Attached> {
  const unknown = () => invalid('#/fileIds', 'fileIds.unknown', 'There is no such file.');
  const file = await mongo.db
    .collection<FileDocument>('files')
    .findOne({ _id: id, orgId: principal.orgId, deletedAt: null, storedAt: { $ne: null } }, { session });
  if (!file) throw unknown();
  await mustReach(mongo, principal, 'read', file.links, session).catch((error) => {
    throw error instanceof Problem ? unknown() : error;
  });
  return { id, name: file.name, size: file.size, type: file.type };
}
