import { beforeEach, describe, expect, test } from 'vitest';
import { memoryStore } from '../test/memory-store.ts';
import { recipientsAlarm } from './alarms.ts';
import { recipientsKey } from './layout.ts';
import { statedRecipients, stateRecipients } from './recipients.ts';
import { type Signing, signingWith } from './signature.ts';
import type { Store } from './stores/store.ts';

const scope = { project: 'crm', environment: 'production' };
const [ana, bia, carlos] = ['age1ana0000000000', 'age1bia0000000000', 'age1carlos0000000'];
const signing: Signing = signingWith('the key of the environment, 32 letters');
const strangers: Signing = signingWith('the key of somebody else, 32 letters');

let bucket: ReturnType<typeof memoryStore>;
let store: Store;
beforeEach(() => {
  bucket = memoryStore();
  store = { ...bucket, signing };
});

const alarmFor = (recipients: string[] | null) =>
  recipientsAlarm(store, scope, { id: 'one', data: { key: 'k', size: 1, sha256: 's', recipients } });

describe('who is to be able to open the backups', () => {
  test('is what was written down last', async () => {
    expect(await statedRecipients(store, scope)).toBeUndefined();
    await stateRecipients(store, scope, [bia, ana]);
    expect(await statedRecipients(store, scope)).toEqual({ recipients: [ana, bia] });
    await stateRecipients(store, scope, null);
    expect(await statedRecipients(store, scope)).toEqual({ recipients: null });
  });

  test.each([
    ['is for the same keys', [ana, bia], [bia, ana]],
    ['is for nobody in particular', null, null],
  ])('is no alarm of a backup that %s', async (_what, wanted, found) => {
    await stateRecipients(store, scope, wanted);
    expect(await alarmFor(found)).toBeUndefined();
  });

  test('is no alarm where nobody has written it down', async () => {
    expect(await alarmFor([ana])).toBeUndefined();
  });

  test.each([
    ['lacks one', [ana, bia], [ana], 'age1bia00000… cannot open it'],
    ['has one too many', [ana], [ana, carlos], 'age1carlos00… can open it and is not among'],
    ['is for others', [ana], [carlos], 'age1ana00000… cannot open it; age1carlos00… can open it'],
    ['is not encrypted', [ana], null, 'not encrypted, and is to be'],
    ['is encrypted', null, [ana], 'encrypted, to age1ana00000…, and is not to be'],
  ])('is an alarm of a backup that %s', async (_what, wanted, found, says) => {
    await stateRecipients(store, scope, wanted);
    const alarm = await alarmFor(found);
    expect(alarm).toMatchObject({
      kind: 'recipients',
      message: expect.stringContaining(says),
      backup: 'one',
    });
    expect(alarm?.hint).toContain('conductor deploy production');
  });

  test.each<[what: string, says: string, spoil: () => Promise<unknown>]>([
    ['is not signed', 'it is not signed', () => stateRecipients(bucket, scope, [carlos])],
    [
      'is signed by a stranger',
      'a key that nobody here knows',
      () => stateRecipients({ ...bucket, signing: strangers }, scope, [carlos]),
    ],
    ['is damaged', 'it is not of the form', () => bucket.write(recipientsKey(scope), '{"format":')],
    [
      'was changed',
      'it was changed after it was written',
      async () => {
        const { body } = await bucket.read(recipientsKey(scope));
        await bucket.write(recipientsKey(scope), body.replace(ana, carlos));
      },
    ],
    [
      'has the signature of something else',
      'its signature is of something else',
      async () => {
        const { signature } = JSON.parse((await bucket.read(recipientsKey(scope))).body);
        await stateRecipients(bucket, scope, [carlos]);
        const { checksum, ...content } = JSON.parse((await bucket.read(recipientsKey(scope))).body);
        await bucket.write(recipientsKey(scope), JSON.stringify({ ...content, signature, checksum }));
      },
    ],
    [
      'is of another environment',
      'it belongs to crm/staging',
      async () => {
        const staging = { ...scope, environment: 'staging' };
        await stateRecipients(store, staging, [ana]);
        await bucket.write(recipientsKey(scope), (await bucket.read(recipientsKey(staging))).body);
      },
    ],
  ])('is not taken from what %s: an alarm says so', async (_what, says, spoil) => {
    await stateRecipients(store, scope, [ana]);
    await spoil();
    for (const found of [[ana], [carlos]]) {
      expect(await alarmFor(found)).toMatchObject({
        kind: 'recipients',
        message: expect.stringContaining(says),
        hint: expect.stringContaining('conductor deploy production'),
      });
    }
  });

  test('is taken from what the key of before has signed, and without a key from anything', async () => {
    await stateRecipients(store, scope, [ana]);
    const rotated = signingWith(
      'the new key of the environment, 32 letters',
      'the key of the environment, 32 letters',
    );
    expect(await statedRecipients({ ...bucket, signing: rotated }, scope)).toEqual({ recipients: [ana] });
    expect(await statedRecipients(bucket, scope)).toEqual({ recipients: [ana] });
  });
});
