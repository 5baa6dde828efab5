/** The parts of the driver that `driver.ts` and `driver-messages.ts` use and that it doesn't declare. */
declare module 'mongodb/lib/utils.js' {
  export class MongoDBNamespace {
    constructor(db: string, collection: string);
  }

  /** The bytes that a connection has received. */
  export class BufferPool {
    protected totalByteLength: number;
    get length(): number;
    append(chunk: Buffer): void;
    /** The first four bytes: the length of the next message. */
    getInt32(): number | null;
    read(size: number): Uint8Array;
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
    buildCommandDocument(...args: unknown[]): { documents: import('./driver-messages.ts').Sequence };
  }
}

declare module 'mongodb/lib/operations/execute_operation.js' {
  export function executeOperation(
    client: import('mongodb').MongoClient,
    operation: import('mongodb/lib/operations/insert.js').InsertOperation,
  ): Promise<{ n: number; writeErrors?: { index: number; code: number; errmsg: string }[] }>;
}
