import { expect, test } from 'vitest';
import { outsideHosts } from './outside-hosts.ts';

test.each([
  ['mongodb', 'mongodb://u:p@a:1,b:2,c/crm?replicaSet=rs0', ['a 1', 'b 2', 'c 27017']],
  ['mongodb', 'mongodb://a', ['a 27017']],
  ['mongodb', 'mongodb://[::1]:1/', ['::1 1']],
  ['mongodb', 'mongodb://u:p@a:80/', ['a 80']],
  ['mongodb', 'mongodb+srv://u:p@cluster.example/crm', null],
  ['mongodb', 'mongodb://%2Ftmp%2Fmongodb.sock/crm', null],
  ['mongodb', 'what is this', null],
  ['redis', 'rediss://:p@r:7000/1', ['r 7000']],
  ['redis', 'redis://r', ['r 6379']],
  ['redis', 'what is this', null],
] as const)('%s: %s', async (kind, url, expected) => {
  const hosts = await outsideHosts({ kind, url });
  expect(hosts?.map(({ hostname, port }) => `${hostname} ${port}`) ?? null).toEqual(expected);
});
