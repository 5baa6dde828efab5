import { afterAll, beforeAll, describe, test } from 'vitest';
import { type Moto, startMoto, whyNoMoto } from '../../test/moto.ts';
import { nightInBucket } from '../../test/night.ts';
import { storeContract } from '../../test/store-contract.ts';
import { s3Store } from './s3.ts';

const reason = whyNoMoto();

if (reason !== undefined) {
  test("moto's S3 keeps the promises of a store", ({ skip }) => skip(reason));
} else {
  describe('on an S3 that nobody here wrote', () => {
    let server: Moto;
    beforeAll(async () => {
      server = await startMoto();
    }, 120_000);
    afterAll(() => server?.close());

    storeContract("moto's S3", async () => {
      const store = s3Store(server.settings);
      return { store, close: async () => store.close() };
    });

    nightInBucket(() => server.settings);
  });
}
