import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { firstAdmin, join, type Person } from '../../test/person.ts';
import { purgeTrash } from '../maintenance/purge.ts';

let crm: TestCrm;
let admin: Person;
let rep: Person;

beforeAll(async () => {
  crm = await openCrm();
  admin = await firstAdmin(crm);
  rep = await join(crm, admin, 'Rita Rep', 'rep');
});
afterAll(() => crm.close());

const add = async (who: Person, path: string, body: object) => (await who.call('POST', path, body)).body;
const remove = (who: Person, path: string) => who.call('DELETE', path);
const trash = async (who: Person, query = '') => (await who.call('GET', `/trash${query}`)).body;
const names = async (who: Person, ...links: string[]) =>
  (await who.call('GET', `/records/names?of=${links.join(',')}`)).body.data;

describe('the trash', () => {
  it('holds what was deleted of every kind, the last first, with who did it and until when it is kept', async () => {
    const lead = await add(admin, '/leads', { name: 'Lia Lead', email: 'lia@example.com' });
    const task = await add(rep, '/tasks', { title: 'Ligar', dueAt: '2027-01-01T00:00:00Z' });
    const contact = await add(rep, '/contacts', { firstName: 'Caio', lastName: 'Contato' });
    await remove(admin, `/leads/${lead.id}`);
    await remove(rep, `/tasks/${task.id}`);
    await remove(admin, `/contacts/${contact.id}`);
    const { data, nextCursor } = await trash(admin);
    expect(data).toMatchObject([
      { entity: 'contact', id: contact.id, name: 'Caio Contato', deletedBy: admin.id },
      { entity: 'task', id: task.id, name: 'Ligar', deletedBy: rep.id },
      { entity: 'lead', id: lead.id, name: 'Lia Lead', deletedBy: admin.id },
    ]);
    expect(nextCursor).toBeNull();
    expect(Date.parse(data[0].goneAt) - Date.parse(data[0].deletedAt)).toBe(30 * 86_400_000);
    expect((await trash(admin, '?kind=task')).data).toMatchObject([{ id: task.id }]);
  });

  it('goes on from page to page without losing or repeating anything', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const { data, nextCursor } = await trash(admin, `?limit=1${cursor}`);
      seen.push(...data.map(({ id }: { id: string }) => id));
      cursor = nextCursor && `&cursor=${nextCursor}`;
    } while (cursor);
    expect(seen).toEqual((await trash(admin)).data.map(({ id }: { id: string }) => id));
  });

  it('shows a rep what they may restore, and nothing of others', async () => {
    const { data } = await trash(rep);
    expect(data.map(({ entity }: { entity: string }) => entity)).toEqual(['contact', 'task']);
  });

  it('gives back what is restored, and is emptied of what was deleted 30 days ago', async () => {
    const { data } = await trash(admin, '?kind=contact');
    expect((await admin.call('POST', `/contacts/${data[0].id}/restore`)).status).toBe(200);
    expect((await trash(admin, '?kind=contact')).data).toEqual([]);
    const inAMonth = () => new Date(Date.now() + 31 * 86_400_000);
    await purgeTrash(crm.services.mongo, inAMonth)({} as never, {} as never);
    expect((await trash(admin)).data).toEqual([]);
    expect((await admin.call('GET', `/contacts/${data[0].id}`)).status).toBe(200);
  });
});

describe('a reference to what was deleted', () => {
  it('still reads by its name, and says that it is deleted', async () => {
    const company = await add(admin, '/companies', { name: 'Lume' });
    const deal = await add(admin, '/deals', { title: 'Plano', companyId: company.id });
    const link = `company:${company.id}`;
    expect(await names(admin, link)).toEqual([
      { entity: 'company', id: company.id, name: 'Lume', deleted: false },
    ]);
    await remove(admin, `/companies/${company.id}`);
    expect(await names(admin, link, `deal:${deal.id}`, `lead:${'a'.repeat(24)}`)).toEqual([
      { entity: 'company', id: company.id, name: 'Lume', deleted: true },
      { entity: 'deal', id: deal.id, name: 'Plano', deleted: false },
    ]);
    expect((await admin.call('GET', `/deals/${deal.id}`)).body.companyId).toBe(company.id);
  });

  it('does not keep its record from being changed, and cannot be made anew', async () => {
    const [gone, here] = [
      await add(admin, '/contacts', { firstName: 'Gil' }),
      await add(admin, '/contacts', { firstName: 'Hana' }),
    ];
    const deal = await add(admin, '/deals', { title: 'Plano', contacts: [{ contactId: gone.id }] });
    await remove(admin, `/contacts/${gone.id}`);
    const contacts = [{ contactId: gone.id, role: 'user' }, { contactId: here.id }];
    const changed = await admin.call('PATCH', `/deals/${deal.id}`, { contacts }, { 'if-match': '1' });
    expect(changed).toMatchObject({
      status: 200,
      body: { contacts: [{ role: 'user' }, { contactId: here.id }] },
    });
    const other = await add(admin, '/deals', { title: 'Outro' });
    const again = await admin.call('PATCH', `/deals/${other.id}`, { contacts }, { 'if-match': '1' });
    expect(again.status).toBe(422);
  });

  it('tells nobody the name of what they may not see', async () => {
    const { version } = (await admin.call('GET', '/settings')).body;
    await admin.call('PATCH', '/settings', { repVisibility: 'own' }, { 'if-match': String(version) });
    crm.services.authenticator.forget();
    const company = await add(admin, '/companies', { name: 'Secreta', ownerId: admin.id });
    expect(await names(rep, `company:${company.id}`)).toEqual([]);
    expect(await names(admin, `company:${company.id}`)).toHaveLength(1);
  });

  it.each(['user:1', 'deal:x', '', `deal:${'a'.repeat(24)},`])('is asked for properly: %s', async (links) => {
    expect((await admin.call('GET', `/records/names?of=${links}`)).status).toBe(422);
  });
});
