import { expect, test } from 'vitest';
import { type Connection, type Sequence, sendInPieces } from './driver-messages.ts';

class Driver {
  readonly sent: object[] = [];
  async writeCommand(message: { command: object }): Promise<void> {
    this.sent.push(message.command);
  }
}

test.each([
  ['is to be compressed', { agreedCompressor: 'zlib' }],
  ['must be sent within a time', { timeoutContext: { csotEnabled: () => true } }],
])('a command that %s goes the own way of the driver, whole', async (_, options) => {
  const driver = new Driver();
  const connection = driver as unknown as Connection;
  const documents: Sequence = { chunks: [Buffer.from('header'), Buffer.from('content')] };
  const command = { insert: 'files', documents };
  sendInPieces(connection, documents);
  await connection.writeCommand({ command, toBin: () => [] }, options);
  expect(driver.sent).toEqual([command]);
  expect(documents.chunks).toHaveLength(2);
});

test('a command that comes instead of the one with the documents goes the own way of the driver', async () => {
  const driver = new Driver();
  const connection = driver as unknown as Connection;
  sendInPieces(connection, { chunks: [] });
  for (const command of [{ ping: 1 }, { hello: 1 }])
    await connection.writeCommand({ command, toBin: () => [] }, {});
  expect(driver.sent).toEqual([{ ping: 1 }, { hello: 1 }]);
});
