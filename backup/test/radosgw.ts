import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { freePort } from '../../tests/setup/ports.ts';
import type { S3Settings } from '../src/stores/s3.ts';
import { firstMissing, run, start, stop, until } from './processes.ts';

/** Why Ceph's gateway can't be started here; undefined when it can. */
export function whyNoRadosgw(): string | undefined {
  const missing = firstMissing(
    'radosgw',
    'radosgw-admin',
    'ceph',
    'ceph-mon',
    'ceph-osd',
    'ceph-authtool',
    'monmaptool',
  );
  return (
    missing &&
    `${missing} is not installed (Debian: radosgw ceph-mon ceph-osd ceph-common), so the stores were not tried against Ceph's S3`
  );
}

export interface Radosgw {
  readonly settings: S3Settings;
  close(): Promise<void>;
}

/**
 * The S3 gateway of Ceph over the smallest cluster there is: one monitor and one store in memory, on ports and in a folder of
 * their own. Only version 1 of Ceph's messages, because with both the two ends wait for one another.
 */
export async function startRadosgw(): Promise<Radosgw> {
  const folder = await mkdtemp(join(tmpdir(), 'backup-radosgw-'));
  const children: ChildProcess[] = [];
  const close = async () => {
    await Promise.all(children.map(stop));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const settings = await startCluster(folder, children);
    return { settings, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startCluster(folder: string, children: ChildProcess[]): Promise<S3Settings> {
  const [monitorPort, port] = [await freePort(), await freePort()];
  const [cluster, store] = [randomUUID(), randomUUID()];
  const keyring = join(folder, 'keyring');
  const configuration = join(folder, 'ceph.conf');
  await Promise.all(['monitor', 'store', 'run', 'log'].map((name) => mkdir(join(folder, name))));
  await writeFile(configuration, cephConf(folder, cluster, monitorPort));
  const ceph = (command: string, ...args: string[]) =>
    run(command, [...args, '-c', configuration], { timeout: 60_000 });

  const key = (name: string, ...caps: string[]) =>
    run('ceph-authtool', [
      keyring,
      '--gen-key',
      '-n',
      name,
      ...caps.flatMap((cap) => ['--cap', ...cap.split(' = ')]),
    ]);
  await run('ceph-authtool', ['--create-keyring', keyring]);
  await key('mon.', 'mon = allow *');
  await key('client.admin', 'mon = allow *', 'osd = allow *');
  await key('osd.0', 'mon = allow profile osd', 'osd = allow *');

  const map = join(folder, 'monmap');
  await run('monmaptool', ['--create', '--fsid', cluster, '--addv', 'a', `v1:127.0.0.1:${monitorPort}`, map]);
  await ceph('ceph-mon', '--mkfs', '-i', 'a', '--monmap', map, '--keyring', keyring);
  children.push(start('ceph-mon', ['-f', '-i', 'a', '-c', configuration]));
  await ceph('ceph', 'osd', 'new', store, '0');
  await ceph('ceph-osd', '--mkfs', '-i', '0', '--osd-uuid', store);
  children.push(start('ceph-osd', ['-f', '-i', '0', '-c', configuration]));
  await until('The store of Ceph', 60_000, async () =>
    (await ceph('ceph', 'osd', 'stat')).stdout.includes('1 up'),
  );

  const [accessKeyId, secretAccessKey] = ['RADOS', randomUUID()];
  await ceph(
    'radosgw-admin',
    'user',
    'create',
    '--uid',
    'team',
    '--display-name',
    'team',
    '--access-key',
    accessKeyId,
    '--secret-key',
    secretAccessKey,
  );
  const frontend = `beast endpoint=127.0.0.1:${port}`;
  children.push(
    start('radosgw', ['-f', '-n', 'client.admin', '-c', configuration, '--rgw-frontends', frontend]),
  );
  const endpoint = `http://127.0.0.1:${port}`;
  await until('The gateway of Ceph', 60_000, () =>
    fetch(endpoint).then(
      (answer) => answer.ok,
      () => false,
    ),
  );

  const bucket = 'backups';
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
  return { bucket, endpoint, credentials, prefix: 'team' };
}

const cephConf = (folder: string, cluster: string, port: number): string => `[global]
fsid = ${cluster}
mon_host = v1:127.0.0.1:${port}
mon_initial_members = a
mon_data = ${folder}/monitor
osd_data = ${folder}/store
keyring = ${folder}/keyring
run_dir = ${folder}/run
admin_socket = ${folder}/run/$name.$pid.asok
log_file = ${folder}/log/$name.log
ms_bind_msgr2 = false
ms_bind_ipv6 = false
public_network = 127.0.0.0/8
osd_objectstore = memstore
memstore_device_bytes = 2147483648
osd_crush_chooseleaf_type = 0
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 1
osd_pool_default_pg_autoscale_mode = off
mon_allow_pool_size_one = true
`;
