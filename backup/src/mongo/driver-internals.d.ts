/** The parts of the driver that `driver.ts` uses and that it doesn't declare. */
declare module 'mongodb/lib/utils.js' {
  export class MongoDBNamespace {
    constructor(db: string, collection: string);
  }
}

declare module 'mongodb/lib/operations/insert.js' {
  export class InsertOperation {
    constructor(
      namespace: import('mongodb/lib/utils.js').MongoDBNamespace,
      documents: readonly Uint8Array[],
      options: object,
      serialized: readonly Uint8Array[],
    );
    buildCommandDocument(...args: unknown[]): object;
  }
}

declare module 'mongodb/lib/operations/execute_operation.js' {
  export function executeOperation(
    client: import('mongodb').MongoClient,
    operation: import('mongodb/lib/operations/insert.js').InsertOperation,
  ): Promise<{ n: number; writeErrors?: { index: number; code: number; errmsg: string }[] }>;
}
