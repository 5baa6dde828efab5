import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { type EmbeddedMongo, startEmbeddedMongo } from '../../src/index.ts';
import { deviation } from './deviations.ts';
import { readFolder, specification } from './files.ts';
import { runUnified, type UnifiedFile, whyNot } from './unified.ts';

const found = specification();
let server: EmbeddedMongo;
let admin: MongoClient;
beforeAll(async () => {
  server = await startEmbeddedMongo({ data: ':memory:', port: 0 });
  admin = await new MongoClient(server.url).connect();
});
afterAll(async () => {
  await admin.close();
  await server.close();
});

for (const folder of ['crud/unified', 'transactions/unified', 'retryable-writes/unified'])
  describe(`published specification: ${folder}`, () => {
    if ('missing' in found) {
      console.warn(`The published specification's ${folder} was NOT run: ${found.missing}`);
      test('the specification', ({ skip }) => skip(`not run: ${found.missing}`));
      return;
    }
    let others = 0;
    for (const { name, content } of readFolder<UnifiedFile>(join(found.folder, folder)))
      for (const one of content.tests) {
        const title = `${name}: ${one.description}`;
        const known = deviation(title);
        if (whyNot(content, one)) others++;
        else if (known) test(title, ({ skip }) => skip(known));
        else test(title, () => runUnified(server.url, admin, content, one));
      }
    if (others > 0)
      console.info(
        `${folder}: ${others} tests are for other server versions or kinds, or skipped by the specification itself`,
      );
  });
