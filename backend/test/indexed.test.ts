import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fullLoad, shareOf } from '../src/seed/load/amounts.ts';
import { idOf } from '../src/seed/load/invent.ts';
import { load } from '../src/seed/load/load.ts';
import { openCrm, type TestCrm } from './crm.ts';

/** What people look at all day. The store counts its scans of whole collections, and none of these may be one. */
const looks = [
  '/leads',
  '/leads?filter[status]=new&sort=-score.value',
  '/leads?filter[status]=new,contacted&filter[source]=referral&sort=-score.value',
  '/leads?filter[ownerId]=@me&sort=name',
  '/leads?q=maria sou',
  '/contacts?sort=firstName',
  '/contacts?q=ana',
  '/companies',
  '/companies?q=alfa&sort=-createdAt',
  '/deals?filter[status]=open&sort=-amountCents',
  '/deals?q=projeto',
  '/deals?filter[source]=referral,event',
  '/tasks?filter[status]=open',
  '/tasks?filter[assigneeId]=@me&filter[dueAt][lte]=@today',
  '/emails',
  '/emails?filter[status]=scheduled&sort=scheduledAt',
  `/emails?filter[link]=deal:${idOf('deal', 0)}`,
  '/deals/board',
  '/deals/board?filter[ownerId]=@me',
  '/deals/board?filter[source]=referral',
  '/deals?filter[stageId]=000000000000000000000001&filter[status]=open&sort=rank',
  '/deals?filter[health.value][lte]=40&filter[status]=open',
  '/leads?filter[score.value][gte]=50&filter[tags]=vip&sort=-score.value',
  '/search?q=mar',
  '/search?q=maria sou',
  '/search',
  '/trash',
  '/dashboard/home?from=2026-01-01&to=2026-12-31&steps=true',
  `/records/names?of=lead:${idOf('lead', 0)},deal:${idOf('deal', 0)}`,
  '/dashboard/summary?from=2026-01-01&to=2026-12-31',
  ...(['lead', 'contact', 'company', 'deal'] as const).flatMap((kind) => [
    `/timeline?link=${kind}:${idOf(kind, 0)}`,
    `/timeline?link=${kind}:${idOf(kind, 0)}&kinds=call,note`,
    `/files?link=${kind}:${idOf(kind, 0)}`,
    `/files?link=${kind}:${idOf(kind, 0)}&deleted=true`,
  ]),
  '/notifications',
  '/pipelines',
  '/users',
  '/settings',
  '/audit',
  '/suppressions?email=ana@contato.example',
];

describe('no look at the CRM reads a whole collection', () => {
  let crm: TestCrm;
  let cookie: string;
  const scans = async (): Promise<number> => {
    const { metrics } = await crm.services.mongo.db.admin().command({ serverStatus: 1 });
    return metrics.queryExecutor.collectionScans.total;
  };
  beforeAll(async () => {
    crm = await openCrm();
    await load(crm.services.mongo, { amounts: shareOf(fullLoad, 0.002) });
    const who = { orgId: '000000000000000000000001', userId: idOf('user', 0) };
    cookie = `sid=${await crm.services.sessions.begin(who, { userAgent: 'test', ipPrefix: '127.0.0.0' })}`;
  });
  afterAll(() => crm.close());

  it('counts scans at all', async () => {
    const before = await scans();
    await crm.services.mongo.db.collection('leads').findOne({ website: 'https://nobody.example' });
    expect(await scans()).toBe(before + 1);
  });

  it.each(looks)('GET %s', async (path) => {
    const before = await scans();
    const { status } = await crm.call('GET', path, undefined, { authorization: '', cookie });
    expect(status).toBe(200);
    expect(await scans()).toBe(before);
  });
});
