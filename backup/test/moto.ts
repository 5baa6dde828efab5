import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { freePort } from '../../tests/setup/ports.ts';
import type { S3Settings } from '../src/stores/s3.ts';
import { firstMissing, start, stop, until } from './processes.ts';

/** Why moto can't be started here; undefined when it can. */
export const whyNoMoto = (): string | undefined =>
  firstMissing('moto_server') &&
  "moto_server is not installed (pip install 'moto[s3,server]'), so the stores were not tried against moto's S3";

export interface Moto {
  readonly settings: S3Settings;
  close(): Promise<void>;
}

/** The S3 of moto, which its makers test the AWS SDKs with, on a port of its own. It keeps everything in memory. */
export async function startMoto(): Promise<Moto> {
  const port = await freePort();
  const child = start('moto_server', ['-H', '127.0.0.1', '-p', String(port)]);
  const settings: S3Settings = {
    bucket: 'backups',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'moto', secretAccessKey: 'moto' },
  };
  const client = new S3Client({
    endpoint: settings.endpoint!,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: settings.credentials!,
  });
  try {
    await until('The server of moto', 60_000, () =>
      client.send(new CreateBucketCommand({ Bucket: settings.bucket })).then(
        () => true,
        () => false,
      ),
    );
    return { settings, close: () => stop(child) };
  } catch (error) {
    await stop(child);
    throw error;
  } finally {
    client.destroy();
  }
}
