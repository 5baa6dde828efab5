import { folderOf, oplogFolder, type Scope } from './layout.ts';
import { POINT_IN_TIME_DAYS, type RetentionPolicy } from './retention.ts';

/** Days of a week and, at most, of a month. */
const [WEEK, MONTH] = [7, 31];
/** Days that a bucket keeps longer than retention does: what is deleted by age asks nobody whether a newer one is good. */
const LONGER = 14;
/** Days after which an upload that was begun and never ended is given up. */
const ABANDONED = 2;

/** What a bucket is to be told where the key that writes backups may not delete. */
export interface BucketPolicy {
  /** For `put-bucket-lifecycle-configuration`: what is too old goes by itself. */
  readonly lifecycle: { readonly Rules: readonly object[] };
  /** The rights of the key that writes, as a policy of AWS IAM; other S3s have the same by other names. */
  readonly writer: { readonly Version: string; readonly Statement: readonly object[] };
}

/**
 * The rules of a bucket whose writer may add and not delete. They know the age of an object and nothing else, so they keep everything for as long
 * as retention keeps anything, and two weeks more.
 */
export function bucketPolicy(
  { bucket, prefix = '' }: { readonly bucket: string; readonly prefix?: string },
  scope: Scope,
  { days, weeks, months, pointInTimeDays = POINT_IN_TIME_DAYS }: RetentionPolicy,
): BucketPolicy {
  const inBucket = (folder: string) => `${prefix === '' ? '' : `${prefix}/`}${folder}`;
  const folder = inBucket(folderOf(scope));
  const changes = inBucket(oplogFolder(scope));
  const kept = Math.max(days, weeks * WEEK, months * MONTH) + LONGER;
  const name = `${scope.project}-${scope.environment}`;
  return {
    lifecycle: {
      Rules: [
        {
          ID: `conductor-backups-${name}`,
          Status: 'Enabled',
          Filter: { Prefix: folder },
          Expiration: { Days: kept },
          NoncurrentVersionExpiration: { NoncurrentDays: LONGER },
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: ABANDONED },
        },
        {
          ID: `conductor-changes-${name}`,
          Status: 'Enabled',
          Filter: { Prefix: changes },
          Expiration: { Days: pointInTimeDays + LONGER },
          NoncurrentVersionExpiration: { NoncurrentDays: LONGER },
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: ABANDONED },
        },
      ],
    },
    writer: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['s3:ListBucket', 's3:ListBucketMultipartUploads'],
          Resource: `arn:aws:s3:::${bucket}`,
          Condition: { StringLike: { 's3:prefix': [`${folder}*`, `${changes}*`] } },
        },
        {
          Effect: 'Allow',
          Action: ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
          Resource: [`arn:aws:s3:::${bucket}/${folder}*`, `arn:aws:s3:::${bucket}/${changes}*`],
        },
      ],
    },
  };
}
