import { runBackup } from '../src/run.ts';
import { s3Store } from '../src/stores/s3.ts';

/** One run in a process of its own, to be killed. Its settings come as JSON in the first argument (a test's, no secrets). */
const { settings, scope, url, scratch, recipient, leasePatience } = JSON.parse(process.argv[2]!);
const store = s3Store(settings);
console.log('started');
await runBackup({
  store,
  scope,
  source: { url },
  recipients: [recipient],
  verify: { url: scratch },
  leasePatience,
});
store.close();
