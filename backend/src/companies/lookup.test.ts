import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { firstAdmin, join, type Person } from '../../test/person.ts';

let crm: TestCrm;
let admin: Person;
let rep: Person;
beforeAll(async () => {
  crm = await openCrm();
  admin = await firstAdmin(crm);
  rep = await join(crm, admin, 'Rui Rep', 'rep');
  await admin.call('POST', '/companies', { name: 'João Móveis', domain: 'moveis.example.com' });
  await rep.call('POST', '/companies', { name: 'Padaria do João' });
});
afterAll(() => crm.close());

const names = async (who: Person, q: string) =>
  (await who.call('GET', `/companies/lookup?q=${encodeURIComponent(q)}`)).body.data.map(
    ({ name }: { name: string }) => name,
  );

it('suggests companies by the starts of words, without accents, by name', async () => {
  expect(await names(admin, 'joao')).toEqual(['João Móveis', 'Padaria do João']);
  expect(await names(admin, 'joao mov')).toEqual(['João Móveis']);
  expect(await names(admin, 'nobody')).toEqual([]);
});

it('wants something typed', async () => {
  expect((await admin.call('GET', '/companies/lookup?q=')).status).toBe(422);
});

it('suggests to a rep only what the rep may see', async () => {
  const { version } = (await admin.call('GET', '/settings')).body;
  await admin.call('PATCH', '/settings', { repVisibility: 'own' }, { 'if-match': String(version) });
  crm.services.authenticator.forget();
  expect(await names(rep, 'joao')).toEqual(['Padaria do João']);
});
