import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { eventually } from '../../test/eventually.ts';
import { firstAdmin, join, type Person } from '../../test/person.ts';
import { purgeTrash } from '../maintenance/purge.ts';

const pdf = Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\n');
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const octets = { 'content-type': 'application/octet-stream' };
const inDays = (days: number) => () => new Date(Date.now() + days * 86_400_000);

let crm: TestCrm;
let admin: Person;
let rep: Person;
let port: number;

beforeAll(async () => {
  crm = await openCrm();
  admin = await firstAdmin(crm);
  rep = await join(crm, admin, 'Rita Rep', 'rep');
  await crm.app.listen({ host: '127.0.0.1', port: 0 });
  port = (crm.app.server.address() as AddressInfo).port;
});
afterAll(() => crm.close());

const add = async (path: string, body: object) => (await admin.call('POST', path, body)).body;
const upload = (who: Person, link: string, name: string, bytes: Buffer, headers = {}) =>
  who.call('POST', `/files?link=${link}&name=${encodeURIComponent(name)}`, bytes, { ...octets, ...headers });
const list = async (link: string, query = '') =>
  (await admin.call('GET', `/files?link=${link}${query}`)).body.data;
const content = (who: Person, id: string) => who.call('GET', `/files/${id}/content`);
const count = (name: string, filter = {}) => crm.services.mongo.db.collection(name).countDocuments(filter);
const stored = async () => ({
  files: await count('files'),
  contents: await count('contents.files'),
  chunks: await count('contents.chunks'),
});

/** An upload over the wire, byte for byte as a browser makes it; `cut` goes away after so many bytes. */
function send(
  link: string,
  bytes: Buffer,
  { chunked = false, cut }: { chunked?: boolean; cut?: number } = {},
) {
  return new Promise<{ status: number | 'gone'; code?: string }>((resolve) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        method: 'POST',
        path: `/api/v1/files?link=${link}&name=grande.bin`,
        headers: {
          ...octets,
          host: 'localhost',
          cookie: admin.cookie,
          'x-requested-with': 'conductor',
          ...(!chunked && { 'content-length': bytes.length }),
        },
      },
      async (answer) => {
        let text = '';
        for await (const piece of answer) text += piece;
        resolve({ status: answer.statusCode!, code: JSON.parse(text).code });
      },
    );
    outgoing.on('error', () => resolve({ status: 'gone' }));
    if (cut === undefined) return outgoing.end(bytes);
    outgoing.write(bytes.subarray(0, cut), () => setTimeout(() => outgoing.destroy(), 100));
  });
}

describe('a file beside a record', () => {
  it.each([
    ['lead', '/leads', { name: 'Lia Lead', email: 'lia@example.com' }],
    ['contact', '/contacts', { firstName: 'Caio' }],
    ['company', '/companies', { name: 'Lume' }],
    ['deal', '/deals', { title: 'Plano' }],
  ])(
    'of kind %s comes back byte for byte, with its name, size, type and digest',
    async (kind, path, body) => {
      const record = await add(path, body);
      const link = `${kind}:${record.id}`;
      // More than one piece of GridFS, which has 255 KiB.
      const bytes = Buffer.concat([pdf, randomBytes(700_000)]);
      const answer = await upload(admin, link, 'C:\\docs\\Contrato – José.pdf', bytes);
      expect(answer.status).toBe(201);
      const file = {
        name: 'Contrato – José.pdf',
        size: bytes.length,
        type: 'application/pdf',
        sha256: createHash('sha256').update(bytes).digest('hex'),
        links: [{ entity: kind, id: record.id }],
        createdBy: admin.id,
      };
      expect(answer.body).toMatchObject(file);
      expect(await list(link)).toMatchObject([file]);
      const got = await crm.app.inject({
        url: `/api/v1/files/${answer.body.id}/content`,
        headers: { host: 'localhost', cookie: admin.cookie },
      });
      expect(got.statusCode).toBe(200);
      expect(got.rawPayload.equals(bytes)).toBe(true);
      expect(got.headers).toMatchObject({
        'content-type': 'application/pdf',
        'content-length': String(bytes.length),
        'content-disposition':
          'attachment; filename="Contrato ? Jos?.pdf"; filename*=UTF-8\'\'Contrato%20%E2%80%93%20Jos%C3%A9.pdf',
        'content-security-policy': "sandbox; default-src 'none'",
        'x-content-type-options': 'nosniff',
      });
      const timeline = (await admin.call('GET', `/timeline?link=${link}&kinds=file`)).body.data;
      expect(timeline).toMatchObject([
        { kind: 'file', meta: { fileId: answer.body.id, name: file.name, size: bytes.length } },
      ]);
      const audit = (await admin.call('GET', '/audit?filter[entity]=file')).body.data;
      expect(audit[0]).toMatchObject({ action: 'file.created', entityId: answer.body.id });
    },
  );

  it.each([
    ['a page', 'page.pdf', Buffer.from('<html><script>alert(1)</script></html>')],
    [
      'a drawing with a script',
      'x.png',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    ],
    ['text', 'x.txt', Buffer.from('Olá')],
  ])('is what its bytes say and never shown as a page: %s', async (_what, name, bytes) => {
    const deal = await add('/deals', { title: 'Sniffed' });
    const { body } = await upload(admin, `deal:${deal.id}`, name, bytes);
    const { headers } = await content(admin, body.id);
    expect(headers['content-disposition']).toMatch(/^attachment/);
    expect(headers['content-type']).not.toMatch(/html|pdf|png/);
  });

  it('may be looked at where it is a picture', async () => {
    const deal = await add('/deals', { title: 'Pictured' });
    const { body } = await upload(admin, `deal:${deal.id}`, 'foto.html', png);
    expect(body.type).toBe('image/png');
    expect((await content(admin, body.id)).headers['content-disposition']).toBe('inline; filename=foto.html');
  });

  it.each([
    ['../../etc/passwd', 'passwd'],
    ['nota\u202efdp.exe', 'notafdp.exe'],
    ['  a\r\nb.txt ', 'ab.txt'],
    [`${'a'.repeat(300)}.docx`, `${'a'.repeat(195)}.docx`],
    ['aspas".txt', 'aspas".txt'],
  ])('has a name without tricks: %j', async (given, kept) => {
    const deal = await add('/deals', { title: 'Named' });
    const { body } = await upload(admin, `deal:${deal.id}`, given, pdf);
    expect(body.name).toBe(kept);
  });

  it.each(['', '///', '\u200b'])('needs a name that can be seen: %j', async (name) => {
    const deal = await add('/deals', { title: 'Unnamed' });
    expect((await upload(admin, `deal:${deal.id}`, name, pdf)).status).toBe(422);
  });
});

describe('what is refused leaves nothing', () => {
  let link: string;
  beforeAll(async () => {
    link = `deal:${(await add('/deals', { title: 'Refused' })).id}`;
  });

  it('10 MB are taken, and one byte more is not, said or unsaid beforehand', async () => {
    const before = await stored();
    const most = Buffer.alloc(10 * 1024 * 1024, 7);
    const more = Buffer.concat([most, Buffer.from('x')]);
    expect(await send(link, more)).toEqual({ status: 413, code: 'payload-too-large' });
    expect(await send(link, more, { chunked: true })).toEqual({ status: 413, code: 'payload-too-large' });
    expect(await stored()).toEqual(before);
    expect(await send(link, most)).toMatchObject({ status: 201 });
    expect((await list(link))[0].size).toBe(most.length);
  });

  it('an upload that is cut half-way', async () => {
    const before = await stored();
    expect(await send(link, Buffer.alloc(2_000_000), { cut: 1_000_000 })).toEqual({ status: 'gone' });
    await eventually(
      'nothing of it to be left',
      async () => JSON.stringify(await stored()) === JSON.stringify(before),
    );
  });

  it('one whose process died is taken out a day later', async () => {
    const before = await stored();
    const { body } = await upload(admin, link, 'x.pdf', pdf);
    const { db } = crm.services.mongo;
    await db.collection('files').updateOne({ _id: body.id }, { $set: { storedAt: null } });
    await db.collection('contents.files').deleteOne({ filename: body.id });
    expect((await content(admin, body.id)).status).toBe(404);
    expect((await list(link)).map(({ id }: { id: string }) => id)).not.toContain(body.id);
    await purgeTrash(crm.services.mongo)({} as never, {} as never);
    expect(await count('files', { _id: body.id })).toBe(1);
    await purgeTrash(crm.services.mongo, inDays(2))({} as never, {} as never);
    expect(await stored()).toEqual(before);
  });

  it('an empty one, one with an Idempotency-Key, and what is not sent as bytes', async () => {
    const before = await stored();
    expect((await upload(admin, link, 'x', Buffer.alloc(0))).body.errors).toMatchObject([
      { code: 'file.empty' },
    ]);
    const once = await upload(admin, link, 'x', pdf, { 'idempotency-key': 'once' });
    expect(once.body.errors).toMatchObject([{ code: 'idempotency-key.unsupported' }]);
    expect((await admin.call('POST', `/files?link=${link}&name=x`, { a: 1 })).status).toBe(415);
    expect(await stored()).toEqual(before);
  });
});

describe('a file that is deleted', () => {
  it('comes back when that is undone, and goes for good after 30 days', async () => {
    const link = `deal:${(await add('/deals', { title: 'Deleted' })).id}`;
    const [kept, gone] = [
      (await upload(admin, link, 'kept.pdf', pdf)).body,
      (await upload(admin, link, 'gone.pdf', pdf)).body,
    ];
    for (const { id } of [kept, gone]) expect((await admin.call('DELETE', `/files/${id}`)).status).toBe(204);
    expect(await list(link)).toEqual([]);
    expect((await list(link, '&deleted=true')).map(({ name }: { name: string }) => name)).toEqual([
      'gone.pdf',
      'kept.pdf',
    ]);
    expect((await content(admin, kept.id)).status).toBe(404);
    expect((await admin.call('DELETE', `/files/${kept.id}`)).status).toBe(404);
    expect((await admin.call('POST', `/files/${kept.id}/restore`)).body).toMatchObject({ deletedAt: null });
    expect((await content(admin, kept.id)).status).toBe(200);
    const actions = (await admin.call('GET', '/audit?filter[entity]=file')).body.data.map(
      ({ action }: { action: string }) => action,
    );
    expect(actions.slice(0, 3)).toEqual(['file.restored', 'file.deleted', 'file.deleted']);
    await purgeTrash(crm.services.mongo, inDays(31))({} as never, {} as never);
    expect((await admin.call('POST', `/files/${gone.id}/restore`)).status).toBe(404);
    expect(await count('contents.files', { filename: gone.id })).toBe(0);
    expect((await content(admin, kept.id)).status).toBe(200);
  });

  it('goes into the trash with its record, comes back with it, and is gone with it', async () => {
    const { id } = await add('/companies', { name: 'Lume' });
    const link = `company:${id}`;
    const { body: file } = await upload(admin, link, 'x.pdf', pdf);
    await admin.call('DELETE', `/companies/${id}`);
    expect((await content(admin, file.id)).status).toBe(404);
    expect((await admin.call('GET', `/files?link=${link}`)).status).toBe(404);
    await admin.call('POST', `/companies/${id}/restore`);
    expect((await content(admin, file.id)).status).toBe(200);
    await admin.call('DELETE', `/companies/${id}`);
    await purgeTrash(crm.services.mongo, inDays(31))({} as never, {} as never);
    expect(await count('files', { _id: file.id })).toBe(0);
    expect(await count('contents.files', { filename: file.id })).toBe(0);
    expect(await count('contents.chunks', { files_id: { $exists: true } })).toBe(
      await count('contents.chunks'),
    );
  });
});

describe('who may have a file', () => {
  it('follows a lead into what it becomes, and outlives it', async () => {
    const lead = await add('/leads', {
      name: 'Maria Silva',
      email: 'maria@example.com',
      companyName: 'Acme',
    });
    const { body: file } = await upload(admin, `lead:${lead.id}`, 'x.pdf', pdf);
    const { body } = await admin.call(
      'POST',
      `/leads/${lead.id}/convert`,
      { deal: { title: 'Plano' } },
      {
        'if-match': String((await admin.call('GET', `/leads/${lead.id}`)).body.version),
      },
    );
    for (const link of [`lead:${lead.id}`, `contact:${body.contactId}`, `deal:${body.deal.id}`])
      expect(await list(link)).toMatchObject([{ id: file.id }]);
    await admin.call('DELETE', `/leads/${lead.id}`);
    await purgeTrash(crm.services.mongo, inDays(31))({} as never, {} as never);
    expect((await content(admin, file.id)).status).toBe(200);
    expect((await list(`deal:${body.deal.id}`))[0].links).not.toContainEqual({ entity: 'lead', id: lead.id });
  });

  it('is asked again once the bytes are here: who lost the record meanwhile adds nothing', async () => {
    const { body: deal } = await rep.call('POST', '/deals', { title: 'Taken away' });
    const before = await stored();
    const took = upload(rep, `deal:${deal.id}`, 'x.bin', randomBytes(4_000_000));
    await eventually('the upload to begin', async () => (await count('files')) > before.files);
    await admin.call('DELETE', `/deals/${deal.id}`);
    expect((await took).status).toBe(404);
    expect(await stored()).toEqual(before);
  });
});
