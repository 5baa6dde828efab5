import assert from 'node:assert/strict';
import {
  type ClientSession,
  type CommandStartedEvent,
  type Document,
  MongoClient,
  MongoServerError,
} from 'mongodb';
import { match } from './match.ts';
import { operation } from './operations.ts';

export interface UnifiedFile {
  description: string;
  runOnRequirements?: Document[];
  createEntities: Document[];
  initialData?: { databaseName: string; collectionName: string; documents: Document[] }[];
  tests: UnifiedTest[];
}
export interface UnifiedTest {
  description: string;
  skipReason?: string;
  runOnRequirements?: Document[];
  operations: Document[];
  expectEvents?: { client: string; events: Document[]; eventType?: string; ignoreExtraEvents?: boolean }[];
  outcome?: { databaseName: string; collectionName: string; documents: Document[] }[];
}

const serverVersion = [8, 0, 0];
const compareVersions = (text: string): number => {
  for (const [i, part] of text.split('.').entries()) {
    const wanted = part === 'x' ? Number.POSITIVE_INFINITY : Number(part);
    const difference = (serverVersion[i] ?? 0) - wanted;
    if (difference) return difference;
  }
  return 0;
};
const allowed = ({
  minServerVersion,
  maxServerVersion,
  topologies,
  auth,
  serverless,
  csfle,
}: Document): boolean =>
  (!minServerVersion || compareVersions(minServerVersion) >= 0) &&
  (!maxServerVersion || compareVersions(maxServerVersion) <= 0) &&
  (!topologies || topologies.includes('replicaset')) &&
  auth !== true &&
  serverless !== 'require' &&
  csfle !== true;

/** Why a test does not concern this server (its version or kind), or undefined when it does. */
export const whyNot = (file: UnifiedFile, test: UnifiedTest): string | undefined => {
  if (test.skipReason) return `skipped by the specification: ${test.skipReason}`;
  for (const requirements of [file.runOnRequirements, test.runOnRequirements])
    if (requirements && !requirements.some(allowed))
      return `for other servers: ${JSON.stringify(requirements)}`;
  return undefined;
};

/** One test's world: its clients, databases, collections and sessions by name. */
class World {
  readonly entities = new Map<string, unknown>();
  readonly kinds = new Map<string, string>();
  readonly events = new Map<string, Document[]>();
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async create(definitions: readonly Document[]): Promise<void> {
    for (const definition of definitions) {
      const [kind] = Object.keys(definition) as [string];
      const given = definition[kind] as Document;
      this.kinds.set(given.id, kind);
      this.entities.set(given.id, await this.#make(kind, given));
    }
  }

  async #make(kind: string, given: Document): Promise<unknown> {
    switch (kind) {
      case 'client': {
        const client = new MongoClient(this.#url, { monitorCommands: true, ...given.uriOptions });
        const seen: Document[] = [];
        this.events.set(given.id, seen);
        const ignored = new Set(['configureFailPoint', ...(given.ignoreCommandMonitoringEvents ?? [])]);
        client.on('commandStarted', (event: CommandStartedEvent) => {
          if (!ignored.has(event.commandName))
            seen.push({
              commandStartedEvent: {
                command: event.command,
                commandName: event.commandName,
                databaseName: event.databaseName,
              },
            });
        });
        await client.connect();
        return client;
      }
      case 'database':
        return (this.entities.get(given.client) as MongoClient).db(given.databaseName, given.databaseOptions);
      case 'collection':
        return (this.entities.get(given.database) as ReturnType<MongoClient['db']>).collection(
          given.collectionName,
          given.collectionOptions,
        );
      case 'session':
        return (this.entities.get(given.client) as MongoClient).startSession(given.sessionOptions);
      default:
        throw new Error(`the runner does not know entities of kind ${kind}`);
    }
  }

  async run(step: Document): Promise<void> {
    const {
      object,
      name,
      arguments: given = {},
      expectResult,
      expectError,
      ignoreResultAndError,
      saveResultAsEntity,
    } = step;
    let result: unknown;
    try {
      result = await this.#execute(object, name, given);
    } catch (error) {
      if (ignoreResultAndError) return;
      if (!expectError) throw error;
      return this.#assertError(expectError, error as MongoServerError);
    }
    assert.equal(expectError, undefined, `${name} should have failed with ${JSON.stringify(expectError)}`);
    if (saveResultAsEntity) this.entities.set(saveResultAsEntity, result);
    if (expectResult !== undefined && !ignoreResultAndError)
      match(expectResult, result ?? (expectResult === null ? null : result), name, this.entities, true);
  }

  async #execute(object: string, name: string, given: Document): Promise<unknown> {
    if (object === 'testRunner') return this.#special(name, given);
    const options = { ...given };
    if (typeof options.session === 'string') options.session = this.entities.get(options.session);
    if (name === 'withTransaction') {
      return (this.entities.get(object) as ClientSession).withTransaction(async () => {
        for (const step of given.callback) await this.run(step);
      });
    }
    const run = operation(this.kinds.get(object) ?? '', name);
    if (!run) throw new Error(`the runner does not know ${this.kinds.get(object)}.${name}`);
    return run(this.entities.get(object) as never, options);
  }

  async #special(name: string, given: Document): Promise<void> {
    const client = (this.entities.get(given.client) ??
      (this.entities.get(given.session) as { client?: MongoClient } | undefined)?.client) as MongoClient;
    switch (name) {
      case 'failPoint':
      case 'targetedFailPoint':
        await client.db('admin').command(given.failPoint);
        return;
      case 'assertCollectionExists':
      case 'assertCollectionNotExists': {
        const any = [...this.entities.values()].find(
          (entity) => entity instanceof MongoClient,
        ) as MongoClient;
        const found = await any
          .db(given.databaseName)
          .listCollections({ name: given.collectionName })
          .toArray();
        assert.equal(found.length > 0, name === 'assertCollectionExists', name);
        return;
      }
      case 'assertSessionTransactionState': {
        const { transaction } = this.entities.get(given.session) as unknown as {
          transaction: { state: string };
        };
        const states: Record<string, string> = {
          none: 'NO_TRANSACTION',
          starting: 'STARTING_TRANSACTION',
          in_progress: 'TRANSACTION_IN_PROGRESS',
          committed: 'TRANSACTION_COMMITTED',
          aborted: 'TRANSACTION_ABORTED',
        };
        assert.equal(transaction.state, states[given.state], name);
        return;
      }
      default:
        throw new Error(`the runner does not know testRunner.${name}`);
    }
  }

  #assertError(expected: Document, error: MongoServerError): void {
    if (expected.isClientError !== undefined) {
      const client = !(error instanceof MongoServerError);
      assert.equal(
        client,
        expected.isClientError,
        `${error.name}: ${error.message} should ${expected.isClientError ? '' : 'not '}come from the driver`,
      );
    }
    if (expected.errorContains)
      assert.ok(
        error.message.toLowerCase().includes(expected.errorContains.toLowerCase()),
        `'${error.message}' should contain '${expected.errorContains}'`,
      );
    if (expected.errorCode !== undefined) assert.equal(Number(error.code), expected.errorCode, error.message);
    if (expected.errorCodeName !== undefined) assert.equal(error.codeName, expected.errorCodeName);
    for (const label of expected.errorLabelsContain ?? [])
      assert.ok(error.hasErrorLabel(label), `${error.message} should have the label ${label}`);
    for (const label of expected.errorLabelsOmit ?? [])
      assert.ok(!error.hasErrorLabel(label), `${error.message} should not have the label ${label}`);
    const answer = error as unknown as Document;
    if (expected.errorResponse)
      match(
        expected.errorResponse,
        answer.errorResponse ?? answer.response ?? answer,
        'errorResponse',
        this.entities,
        true,
      );
    if (expected.expectResult)
      match(expected.expectResult, answer.result ?? answer.partialResult, 'result', this.entities, true);
  }

  assertEvents({
    client,
    events,
    eventType,
    ignoreExtraEvents,
  }: NonNullable<UnifiedTest['expectEvents']>[number]): void {
    if (eventType && eventType !== 'command') return;
    const seen = this.events.get(client) ?? [];
    const wanted = events.filter((event) => 'commandStartedEvent' in event);
    if (!ignoreExtraEvents)
      assert.equal(
        seen.length,
        wanted.length,
        `commands sent: ${seen.map((event) => event.commandStartedEvent.commandName)}`,
      );
    for (const [i, event] of wanted.entries()) {
      const { commandStartedEvent: got } = seen[i] ?? {};
      assert.ok(got, 'a command was not sent');
      const { command, commandName, databaseName } = event.commandStartedEvent;
      if (command) match(command, got.command, 'command', this.entities, true);
      if (commandName) assert.equal(got.commandName, commandName);
      if (databaseName) assert.equal(got.databaseName, databaseName);
    }
  }

  async close(): Promise<void> {
    for (const [name, entity] of this.entities)
      if (this.kinds.get(name) === 'session') await (entity as ClientSession).endSession();
    for (const entity of this.entities.values()) if (entity instanceof MongoClient) await entity.close();
  }
}

/** Runs one test of a file of the unified format against a server. Throws when the server deviates. */
export const runUnified = async (
  url: string,
  admin: MongoClient,
  file: UnifiedFile,
  test: UnifiedTest,
): Promise<void> => {
  await admin.db('admin').command({ configureFailPoint: 'failCommand', mode: 'off' });
  for (const { databaseName, collectionName, documents } of file.initialData ?? []) {
    const collection = admin.db(databaseName).collection(collectionName);
    await collection.drop();
    if (documents.length > 0) await collection.insertMany(documents);
    else await admin.db(databaseName).createCollection(collectionName);
  }
  const world = new World(url);
  try {
    await world.create(file.createEntities);
    for (const step of test.operations) await world.run(step);
    for (const expected of test.expectEvents ?? []) world.assertEvents(expected);
    for (const { databaseName, collectionName, documents } of test.outcome ?? []) {
      const found = await admin
        .db(databaseName)
        .collection(collectionName)
        .find({}, { sort: { _id: 1 } })
        .toArray();
      match(documents, found, 'outcome', world.entities);
    }
  } finally {
    await world.close();
  }
};
