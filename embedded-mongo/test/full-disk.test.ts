import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { describe, expect, test } from 'vitest';
import { type DiskKind, SmallDisk } from '../../tests/setup/small-disk.ts';
import { ended, spawnServer } from './server.ts';

describe.each<DiskKind>(['tmpfs', 'ext4'])('on a full %s', (kind) => {
  const missing = SmallDisk.missing(kind);
  const name = 'a write fails with an error, reads go on, and writes work again when there is room';

  test.skipIf(missing !== null)(
    missing === null ? name : `${name} (${missing})`,
    async () => {
      const disk = SmallDisk.make(kind, 64);
      try {
        const file = join(disk.path, 'data');
        let { child, url } = await spawnServer(file);
        let client = await new MongoClient(url, { retryWrites: false }).connect();
        const collection = () => client.db('d').collection<{ _id: number; text: string }>('c');
        const text = 'x'.repeat(2_000);
        let acknowledged = 0;
        const write = async () => {
          await collection().insertOne({ _id: acknowledged, text });
          acknowledged++;
        };
        const readsAll = async () => {
          const ids = (await collection().find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id);
          expect(ids).toEqual(Array.from({ length: acknowledged }, (_, n) => n));
          expect(await collection().countDocuments({ text })).toBe(acknowledged);
        };
        for (let n = 0; n < 500; n++) await write();

        disk.fill();
        let failed = 0;
        for (let n = 0; n < 3_000 && failed < 20; n++) {
          await write().catch((error: { code?: number; message: string }) => {
            expect(error.code).toBe(14031);
            expect(error.message).toContain('no space left');
            failed++;
          });
        }
        expect(failed).toBe(20);
        await readsAll();
        expect(child.exitCode).toBeNull();

        disk.makeRoom();
        await write();
        disk.fill();
        // Killed on a full disk, it needs room to start (SQLite makes its index of the log anew), and has everything then.
        child.kill('SIGKILL');
        await ended(child);
        await client.close();
        disk.makeRoom();
        ({ child, url } = await spawnServer(file));
        client = await new MongoClient(url, { retryWrites: false }).connect();
        await readsAll();
        for (let n = 0; n < 100; n++) await write();
        await readsAll();
        await client.close();
        child.kill('SIGTERM');
        expect(await ended(child)).toBe(0);
      } finally {
        disk.makeRoom();
        disk.remove();
      }
    },
    60_000,
  );
});
