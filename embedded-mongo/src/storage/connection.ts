import { DatabaseSync, type StatementSync } from 'node:sqlite';

/** One SQLite connection with its prepared statements. Rows come as arrays. */
export class Connection {
  readonly db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(file: string, options: { readOnly?: boolean } = {}) {
    this.db = new DatabaseSync(file, { readOnly: options.readOnly ?? false, timeout: 0 });
  }

  /** A statement, prepared once. */
  prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.db.prepare(sql);
      statement.setReturnArrays(true);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  all(sql: string, ...values: (number | string | Uint8Array | null)[]): unknown[][] {
    return this.prepare(sql).all(...values) as unknown as unknown[][];
  }

  get(sql: string, ...values: (number | string | Uint8Array | null)[]): unknown[] | undefined {
    return this.prepare(sql).get(...values) as unknown as unknown[] | undefined;
  }

  run(sql: string, ...values: (number | string | Uint8Array | null)[]): void {
    this.prepare(sql).run(...values);
  }

  /** Forgets the statements; needed before tables they name are dropped. */
  forget(): void {
    this.#statements.clear();
  }

  close(): void {
    this.#statements.clear();
    this.db.close();
  }
}

/** A blob of SQLite as a Buffer, without copying. */
export const bytesOf = (blob: unknown): Buffer => {
  const view = blob as Uint8Array;
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
};
