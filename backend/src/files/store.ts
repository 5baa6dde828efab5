import type { Readable } from 'node:stream';
import type { ClientSession, Collection } from 'mongodb';
import { type ActivityDocument, type Link, linkKey, newActivity } from '../activities/activity.ts';
import { tellLinked, touchLinked } from '../activities/links.ts';
import type { AuditAction } from '../audit/actions.ts';
import type { Audit } from '../audit/audit.ts';
import { listPage } from '../http/list.ts';
import { RememberedRows } from '../http/rows.ts';
import type { AnyFilter } from '../mongo/document.ts';
import { newId } from '../mongo/id.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { Action } from '../policy/policy.ts';
import type { Principal } from '../policy/principal.ts';
import { Problem } from '../problem.ts';
import type { StoreNeeds } from '../records/record-store.ts';
import { Contents } from './contents.ts';
import { type File, type FileDocument, fileView } from './file.ts';
import { mustReach } from './reach.ts';

/** Files beside records: what is known of them, who may have them, and their bytes. */
export class FileStore {
  readonly #mongo: Mongo;
  readonly #outbox: Outbox;
  readonly #audit: Audit;
  readonly #contents: Contents;
  readonly #rows = new RememberedRows(fileView);

  constructor({ mongo, outbox, audit }: StoreNeeds) {
    this.#mongo = mongo;
    this.#outbox = outbox;
    this.#audit = audit;
    this.#contents = new Contents(mongo);
  }

  /** The files of one record, newest first; or those of them that were deleted and can still be restored. */
  async list(
    principal: Principal,
    link: Link,
    { deleted, ...page }: { deleted: boolean; limit: number; cursor?: string | undefined },
  ) {
    await mustReach(this.#mongo, principal, 'read', [link]);
    const filter: AnyFilter = {
      orgId: principal.orgId,
      linkKeys: linkKey(link),
      deletedAt: deleted ? { $ne: null } : null,
      storedAt: { $ne: null },
    };
    return listPage(this.#mongo, 'files', { filter, sort: '-createdAt', ...page }, this.#rows);
  }

  /** Keeps a file beside a record. Throws as `Contents.take` does; nothing is left of what was refused. */
  async add(principal: Principal, link: Link, name: string, bytes: Readable): Promise<File> {
    await mustReach(this.#mongo, principal, 'write', [link]);
    const file: FileDocument = {
      _id: newId(),
      orgId: principal.orgId,
      name,
      size: 0,
      type: '',
      sha256: '',
      links: [link],
      linkKeys: [linkKey(link)],
      createdAt: new Date(),
      createdBy: principal.userId,
      deletedAt: null,
      storedAt: null,
    };
    // Written before its bytes, so that those of a process that died are found and taken out (purge.ts).
    await this.#files.insertOne(file);
    try {
      const taken = await this.#contents.take(file._id, bytes);
      return await this.#enter(principal, { ...file, ...taken, storedAt: new Date() });
    } catch (error) {
      await this.drop(file._id);
      throw error;
    }
  }

  /** A file to be downloaded: what is known of it, and its bytes. */
  async open(principal: Principal, id: string): Promise<{ file: File; bytes: Readable }> {
    const file = await this.#find(principal, 'read', { _id: id, deletedAt: null });
    return { file: fileView(file), bytes: this.#contents.open(id) };
  }

  /** Deletes a file, which can be restored for 30 days. */
  async remove(principal: Principal, id: string): Promise<void> {
    await this.#change(principal, { _id: id, deletedAt: null }, { deletedAt: new Date() }, 'file.deleted');
  }

  /** Takes back that a file was deleted. */
  async restore(principal: Principal, id: string): Promise<File> {
    return this.#change(
      principal,
      { _id: id, deletedAt: { $ne: null } },
      { deletedAt: null },
      'file.restored',
    );
  }

  /** Takes a file out for good. */
  async drop(id: string): Promise<void> {
    await this.#contents.drop(id);
    await this.#files.deleteOne({ _id: id });
  }

  async #enter(principal: Principal, file: FileDocument): Promise<File> {
    const { _id, links, name, size, type, sha256, storedAt } = file;
    return this.#outbox.commit(async (session, tell) => {
      // The record may have been deleted, or given to somebody else, while the bytes came.
      await mustReach(this.#mongo, principal, 'write', links, session);
      await this.#files.updateOne({ _id }, { $set: { size, type, sha256, storedAt } }, { session });
      const entry = newActivity(principal, { kind: 'file', links, meta: { fileId: _id, name, size } });
      await this.#mongo.db.collection<ActivityDocument>('activities').insertOne(entry, { session });
      await touchLinked(
        this.#mongo,
        principal.orgId,
        links,
        { at: entry.occurredAt, answered: false },
        session,
      );
      await this.#record(principal, 'file.created', file, session, { name, size, type, sha256, links });
      const within = { session, tell };
      await tellLinked(this.#mongo, entry, { type: 'activity.created', entity: 'activity' }, within);
      await tellLinked(this.#mongo, { ...entry, _id }, { type: 'file.created', entity: 'file' }, within);
      return fileView(file);
    });
  }

  async #change(
    principal: Principal,
    which: AnyFilter,
    change: Pick<FileDocument, 'deletedAt'>,
    action: 'file.deleted' | 'file.restored',
  ): Promise<File> {
    return this.#outbox.commit(async (session, tell) => {
      const before = await this.#find(principal, 'write', which, session);
      const after = { ...before, ...change };
      await this.#files.updateOne({ _id: before._id }, { $set: change }, { session });
      await this.#record(principal, action, before, session, { deletedAt: change.deletedAt });
      const told = { ...after, actorId: principal.userId };
      await tellLinked(this.#mongo, told, { type: action, entity: 'file' }, { session, tell });
      return fileView(after);
    });
  }

  async #find(
    principal: Principal,
    action: Action,
    which: AnyFilter,
    session?: ClientSession,
  ): Promise<FileDocument> {
    const filter = { ...which, orgId: principal.orgId, storedAt: { $ne: null } } as AnyFilter;
    const file = await this.#files.findOne(filter as never, { session });
    if (!file) throw new Problem('not-found');
    await mustReach(this.#mongo, principal, action, file.links, session);
    return file;
  }

  async #record(
    principal: Principal,
    action: AuditAction,
    before: FileDocument,
    session: ClientSession,
    after: Partial<FileDocument>,
  ): Promise<void> {
    const isNew = action === 'file.created';
    await this.#audit.record(
      principal,
      { action, entity: 'file', entityId: before._id, before: isNew ? null : before, after },
      session,
    );
  }

  get #files(): Collection<FileDocument> {
    return this.#mongo.db.collection('files');
  }
}
