import type { Collection } from 'mongodb';
import { z } from 'zod';
import type { Audit } from '../audit/audit.ts';
import { hashToken, newToken } from '../auth/token.ts';
import { line } from '../fields/text.ts';
import { idSchema, newId } from '../mongo/id.ts';
import type { Indexes } from '../mongo/indexes.ts';
import type { Mongo } from '../mongo/mongo.ts';
import { isoOrNull } from '../mongo/view.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { type Principal, roles } from '../policy/principal.ts';
import { Problem } from '../problem.ts';
import { announceRights } from '../users/store.ts';

/** How keys begin, so that people and secret scanners recognise them. */
const start = 'crm_';
const touchMs = 60_000;

export const apiKeyCreate = z
  .strictObject({
    name: line(100),
    role: z.enum(roles),
    readOnly: z.boolean().default(false),
    expiresAt: z.iso.datetime({ offset: true }).nullable().default(null),
  })
  .meta({ id: 'ApiKeyCreate' });

export const apiKeyView = z
  .object({
    id: idSchema,
    name: z.string(),
    prefix: z.string().describe('The first characters, to recognise it by'),
    role: z.enum(roles),
    readOnly: z.boolean(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable(),
    lastUsedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ApiKey' });

export interface ApiKeyDocument {
  _id: string;
  orgId: string;
  name: string;
  prefix: string;
  hash: string;
  role: Principal['role'];
  readOnly: boolean;
  createdAt: Date;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
}

/** Keys with which programs call the API. The key itself is shown once and kept nowhere. */
export class ApiKeyStore {
  readonly #mongo: Mongo;
  readonly #outbox: Outbox;
  readonly #audit: Audit;

  constructor({ mongo, outbox, audit }: { mongo: Mongo; outbox: Outbox; audit: Audit }) {
    this.#mongo = mongo;
    this.#outbox = outbox;
    this.#audit = audit;
  }

  async create(principal: Principal, given: z.output<typeof apiKeyCreate>) {
    const key = `${start}${newToken()}`;
    const document: ApiKeyDocument = {
      _id: newId(),
      orgId: principal.orgId,
      name: given.name,
      prefix: key.slice(0, start.length + 6),
      hash: hashToken(key),
      role: given.role,
      readOnly: given.readOnly,
      createdAt: new Date(),
      expiresAt: given.expiresAt === null ? null : new Date(given.expiresAt),
      lastUsedAt: null,
    };
    await this.#outbox.commit(async (session) => {
      await this.#keys.insertOne(document, { session });
      await this.#audit.record(
        principal,
        { action: 'api-key.created', entity: 'api-key', entityId: document._id, after: given },
        session,
      );
    });
    return { ...view(document), key };
  }

  async list(orgId: string) {
    return (await this.#keys.find({ orgId }).sort({ createdAt: -1 }).limit(100).toArray()).map(view);
  }

  async remove(principal: Principal, id: string): Promise<void> {
    await this.#outbox.commit(async (session, tell) => {
      const { deletedCount } = await this.#keys.deleteOne({ _id: id, orgId: principal.orgId }, { session });
      if (deletedCount === 0) throw new Problem('not-found');
      await this.#audit.record(
        principal,
        { action: 'api-key.deleted', entity: 'api-key', entityId: id },
        session,
      );
      // Every process knows it no longer, whatever it remembers of it.
      tell(announceRights(principal, 'api-key', id));
    });
  }

  /** The key that this text is, unless it ran out. */
  async find(text: string): Promise<ApiKeyDocument | undefined> {
    if (!text.startsWith(start)) return undefined;
    const key = await this.#keys.findOne({ hash: hashToken(text) });
    const now = new Date();
    if (!key || (key.expiresAt !== null && key.expiresAt <= now)) return undefined;
    if (now.getTime() - (key.lastUsedAt?.getTime() ?? 0) > touchMs)
      await this.#keys.updateOne({ _id: key._id }, { $set: { lastUsedAt: now } });
    return key;
  }

  get #keys(): Collection<ApiKeyDocument> {
    return this.#mongo.db.collection('apiKeys');
  }
}

function view({ _id, name, prefix, role, readOnly, createdAt, expiresAt, lastUsedAt }: ApiKeyDocument) {
  return {
    id: _id,
    name,
    prefix,
    role,
    readOnly,
    createdAt: createdAt.toISOString(),
    expiresAt: isoOrNull(expiresAt),
    lastUsedAt: isoOrNull(lastUsedAt),
  };
}

export const apiKeyIndexes: Indexes = {
  apiKeys: [{ key: { hash: 1 }, unique: true }, { key: { orgId: 1, createdAt: -1 } }],
};
