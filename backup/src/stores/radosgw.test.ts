import { afterAll, beforeAll, describe, test } from 'vitest';
import { nightInBucket } from '../../test/night.ts';
import { type Radosgw, startRadosgw, whyNoRadosgw } from '../../test/radosgw.ts';
import { storeContract } from '../../test/store-contract.ts';
import { s3Store } from './s3.ts';

const reason = whyNoRadosgw();

if (reason !== undefined) {
  test("Ceph's radosgw keeps the promises of a store", ({ skip }) => skip(reason));
} else {
  describe('on an S3 that nobody here wrote', () => {
    let server: Radosgw;
    beforeAll(async () => {
      server = await startRadosgw();
    }, 120_000);
    afterAll(() => server?.close());

    storeContract("Ceph's radosgw", async () => {
      const store = s3Store(server.settings);
      return { store, close: async () => store.close() };
    });

    nightInBucket(() => server.settings);
  });
}
