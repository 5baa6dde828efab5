import { test } from 'vitest';
import { startRadosgw, whyNoRadosgw } from '../../test/radosgw.ts';
import { storeContract } from '../../test/store-contract.ts';
import { s3Store } from './s3.ts';

const reason = whyNoRadosgw();

if (reason !== undefined) {
  test("Ceph's radosgw keeps the promises of a store", ({ skip }) => skip(reason));
} else {
  storeContract("Ceph's radosgw", async () => {
    const gateway = await startRadosgw();
    const store = s3Store(gateway.settings);
    return {
      store,
      async close() {
        store.close();
        await gateway.close();
      },
    };
  });
}
