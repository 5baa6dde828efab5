import { expect, test } from 'vitest';
import { bucketPolicy } from './policy.ts';

const scope = { project: 'crm', environment: 'production' };
const keep = { days: 30, weeks: 0, months: 0, minimum: 3 };

test.each([
  [keep, 44],
  [{ ...keep, weeks: 8 }, 70],
  [{ ...keep, weeks: 8, months: 12 }, 386],
])('what is kept by age is kept longer than retention keeps anything: %j', (policy, days) => {
  const { lifecycle } = bucketPolicy({ bucket: 'b', prefix: 'backups' }, scope, policy);
  expect(lifecycle.Rules).toMatchObject([
    { Filter: { Prefix: 'backups/crm/production/' }, Expiration: { Days: days }, Status: 'Enabled' },
    { Filter: { Prefix: 'backups/crm/production.oplog/' }, Expiration: { Days: 21 }, Status: 'Enabled' },
  ]);
});

test('who writes may add and read in this place only, and delete nothing', () => {
  const { writer } = bucketPolicy({ bucket: 'b' }, scope, keep);
  const text = JSON.stringify(writer);
  expect(text).not.toMatch(/Delete|"\*"|s3:\*/);
  expect(writer.Statement).toMatchObject([
    {
      Resource: 'arn:aws:s3:::b',
      Condition: { StringLike: { 's3:prefix': ['crm/production/*', 'crm/production.oplog/*'] } },
    },
    { Resource: ['arn:aws:s3:::b/crm/production/*', 'arn:aws:s3:::b/crm/production.oplog/*'] },
  ]);
});
