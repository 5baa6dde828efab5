import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { firstAdmin, join, type Person } from '../../test/person.ts';
import { testSettings } from '../../test/settings.ts';
import { SmtpAnswer, startSmtp } from '../../test/smtp.ts';
import { purgeTrash } from '../maintenance/purge.ts';
import { emailDispatch } from './sending.ts';

let smtp: Awaited<ReturnType<typeof startSmtp>>;
let crm: TestCrm;
let rep: Person;
let other: Person;
let contact: string;
beforeAll(async () => {
  smtp = await startSmtp();
  crm = await openCrm(smtp.settings);
  const admin = await firstAdmin(crm);
  rep = await join(crm, admin, 'Rita Rep', 'rep');
  other = await join(crm, admin, 'Otto Other', 'rep');
  const body = { firstName: 'Maria', emails: [{ value: 'maria@cliente.example' }] };
  contact = (await rep.call('POST', '/contacts', body)).body.id;
});
afterAll(async () => {
  await crm.close();
  await smtp.close();
});
beforeEach(() => {
  smtp.received.length = 0;
  Object.assign(smtp.script, { onRecipient: undefined, onLetter: undefined });
});

const upload = async (name: string, bytes: Buffer, link = `contact:${contact}`, who = rep) =>
  (
    await who.call('POST', `/files?link=${link}&name=${encodeURIComponent(name)}`, bytes, {
      'content-type': 'application/octet-stream',
    })
  ).body;
const write = (fileIds: string[], who = rep) =>
  who.call('POST', '/emails', {
    to: ['maria@cliente.example'],
    subject: 'Proposta',
    bodyHtml: '<p>Segue.</p>',
    links: [{ entity: 'contact', id: contact }],
    fileIds,
  });
const step = (email: { id: string; version: number }, name: string, body?: object) =>
  rep.call('POST', `/emails/${email.id}/${name}`, body, { 'if-match': `"${email.version}"` });
const now = async (id: string) => (await rep.call('GET', `/emails/${id}`)).body;
const worker = () =>
  emailDispatch({ ...crm.services, settings: testSettings(smtp.settings), backoffMs: [0, 0, 0] });

/** The attachments of a letter as they arrived, read from its MIME parts. */
function arrived(raw: string) {
  return raw
    .split(/\r\n--[^\r\n]+/)
    .filter((part) => /^Content-Disposition: attachment/im.test(part))
    .map((part) => {
      const [head, ...body] = part.split('\r\n\r\n');
      return {
        type: /^Content-Type: ([^;\r\n]+)/im.exec(head!)?.[1],
        name: /filename\*?(?:0\*)?=(.*)/i.exec(head!)?.[1],
        bytes: Buffer.from(body.join(''), 'base64'),
      };
    });
}

describe('what goes with a letter', () => {
  it('arrives byte for byte, with its name and type, and is shown on the timeline and with the letter', async () => {
    const bytes = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(600_000)]);
    const files = [
      await upload('Proposta.pdf', bytes),
      await upload('notas.bin', Buffer.from([0, 1, 2, 255])),
    ];
    const { body: email } = await write(files.map(({ id }) => id));
    expect(email.files.map(({ name }: { name: string }) => name)).toEqual(['Proposta.pdf', 'notas.bin']);
    expect((await step(email, 'send')).status).toBe(200);
    await worker().send(email.id);
    const parts = arrived(smtp.received[0]!.raw);
    expect(parts.map(({ type, name }) => [type, name])).toEqual([
      ['application/pdf', 'Proposta.pdf'],
      ['application/octet-stream', 'notas.bin'],
    ]);
    expect(parts[0]!.bytes.equals(bytes)).toBe(true);
    expect(parts[1]!.bytes).toEqual(Buffer.from([0, 1, 2, 255]));
    const { body } = await rep.call('GET', `/timeline?link=contact:${contact}&kinds=email`);
    expect(body.data[0].meta.files).toBe('Proposta.pdf, notas.bin');
    const kept = await crm.app.inject({
      url: `/api/v1/emails/${email.id}/files/${files[0].id}`,
      headers: { host: 'localhost', cookie: rep.cookie },
    });
    expect(kept.rawPayload.equals(bytes)).toBe(true);
    expect(kept.headers['content-disposition']).toBe('attachment; filename=Proposta.pdf');
    // A letter is read by its writer and by whoever owns the record, not by every colleague.
    expect((await other.call('GET', `/emails/${email.id}/files/${files[0].id}`)).status).toBe(404);
    const elsewhere = await upload('outro.bin', Buffer.from('x'));
    expect((await rep.call('GET', `/emails/${email.id}/files/${elsewhere.id}`)).status).toBe(404);
  });

  it('stays with a letter that waits, is written anew or sent again, also when the file was deleted', async () => {
    const file = await upload('contrato.pdf', Buffer.from('%PDF-1.7\nx'));
    const { body: email } = await write([file.id]);
    const later = await step(email, 'schedule', { at: new Date(Date.now() + 3_600_000).toISOString() });
    expect(later.body.files).toMatchObject([{ id: file.id, name: 'contrato.pdf' }]);
    await rep.call('DELETE', `/files/${file.id}`);
    const inAMonth = () => new Date(Date.now() + 31 * 86_400_000);
    await purgeTrash(crm.services.mongo, inAMonth)({} as never, {} as never);
    const cancelled = await step(later.body, 'cancel');
    const patch = { subject: 'Contrato', fileIds: [file.id] };
    const { body: anew } = await rep.call('PATCH', `/emails/${email.id}`, patch, {
      'if-match': `"${cancelled.body.version}"`,
    });
    expect(anew).toMatchObject({ status: 'draft', files: [{ id: file.id }] });
    smtp.script.onLetter = () => {
      throw new SmtpAnswer(554, 'No');
    };
    await step(anew, 'send');
    await worker().send(email.id);
    smtp.script.onLetter = undefined;
    await step(await now(email.id), 'retry');
    await worker().send(email.id);
    expect(arrived(smtp.received[0]!.raw)[0]!.bytes.toString()).toBe('%PDF-1.7\nx');
    expect(await now(email.id)).toMatchObject({ status: 'sent' });
  });

  it('is gone for good with the letter', async () => {
    const file = await upload('x.pdf', Buffer.from('%PDF-1.7\ny'));
    const { body: email } = await write([file.id]);
    await rep.call('DELETE', `/files/${file.id}`);
    await rep.call('DELETE', `/emails/${email.id}`);
    const inAMonth = () => new Date(Date.now() + 31 * 86_400_000);
    for (let night = 0; night < 2; night += 1)
      await purgeTrash(crm.services.mongo, inAMonth)({} as never, {} as never);
    const { db } = crm.services.mongo;
    expect(await db.collection('files').countDocuments({ _id: file.id })).toBe(0);
    expect(await db.collection('contents.files').countDocuments({ filename: file.id })).toBe(0);
  });

  it('has at most 10 MB together, and is a file that the writer may see', async () => {
    const half = Buffer.alloc(5 * 1024 * 1024 + 1);
    const large = [await upload('a.bin', half), await upload('b.bin', half)].map(({ id }) => id);
    expect((await write(large)).body.errors).toMatchObject([{ code: 'fileIds.too-large' }]);
    const { body: email } = await write(large.slice(0, 1));
    const more = await rep.call('PATCH', `/emails/${email.id}`, { fileIds: large }, { 'if-match': '"1"' });
    expect(more.body.errors).toMatchObject([{ code: 'fileIds.too-large' }]);
    expect((await write(['f'.repeat(24)])).body.errors).toMatchObject([{ code: 'fileIds.unknown' }]);
    const { body: deal } = await other.call('POST', '/deals', { title: 'Otto’s own' });
    const foreign = await upload('alheio.pdf', Buffer.from('%PDF'), `deal:${deal.id}`, other);
    await crm.services.mongo.db.collection('orgs').updateOne({}, { $set: { repVisibility: 'own' } });
    crm.services.authenticator.forget();
    expect((await write([foreign.id])).body.errors).toMatchObject([{ code: 'fileIds.unknown' }]);
  });
});
