import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { firstAdmin, join, type Person } from '../../test/person.ts';

/**
 * Every path of the API, from its own description, is asked by everybody about everybody's records. A path that appears
 * without being placed here fails the test, so that no path exists whose visibility nobody thought of.
 */
const kinds = ['lead', 'contact', 'company', 'deal', 'task'] as const;
type Kind = (typeof kinds)[number];
const plural: Record<Kind, string> = {
  lead: 'leads',
  contact: 'contacts',
  company: 'companies',
  deal: 'deals',
  task: 'tasks',
};
const bodies: Record<Kind, object> = {
  lead: { name: 'Some Person', email: 'person@example.com' },
  contact: { firstName: 'Some' },
  company: { name: 'Some Company' },
  deal: { title: 'Some deal' },
  task: { title: 'Some task', dueAt: '2027-01-01T00:00:00Z' },
};
const patches: Record<Kind, object> = {
  lead: { city: 'X' },
  contact: { jobTitle: 'X' },
  company: { industry: 'X' },
  deal: { competitor: 'X' },
  task: { note: 'X' },
};

/** Paths on one record, by what they do with it, and their body. */
const onRecord: Record<string, { does: 'read' | 'write' | 'delete'; body?: object }> = {
  'GET /{noun}/{id}': { does: 'read' },
  'PATCH /{noun}/{id}': { does: 'write' },
  'DELETE /{noun}/{id}': { does: 'delete' },
  'POST /{noun}/{id}/restore': { does: 'delete' },
  'POST /leads/{id}/convert': { does: 'write', body: {} },
  'POST /leads/{id}/score-override': { does: 'write', body: { value: 5, reason: 'Because' } },
  'POST /leads/{id}/qualify': { does: 'write' },
  'POST /deals/{id}/predict': { does: 'write' },
  'POST /deals/{id}/move': { does: 'write', body: {} },
  'POST /deals/{id}/win': { does: 'write', body: {} },
  'POST /deals/{id}/lose': { does: 'write', body: { reason: 'Because' } },
  'POST /deals/{id}/reopen': { does: 'write', body: {} },
  'POST /tasks/{id}/complete': { does: 'write', body: {} },
};
/** Paths that show many records, and how the ids in them are found. */
const listing = ['GET /{noun}', 'GET /deals/board', 'GET /search'];
/** Paths on the files beside a record, by what they do with it. */
const onFiles: Record<string, 'read' | 'write'> = {
  'GET /files': 'read',
  'POST /files': 'write',
  'GET /files/{id}/content': 'read',
  'DELETE /files/{id}': 'write',
  'POST /files/{id}/restore': 'write',
};
/** Paths that show no records of others, or whose visibility has its own test: open ones, one's own account, and what the role opens. */
const elsewhere = [
  // notices.test.ts
  'GET /notifications',
  'POST /notifications/read',
  'POST /notifications/read-all',
  // calendar.test.ts
  'GET /tasks/calendar',
  'POST /tasks/calendar/renew',
  // trash.test.ts
  'GET /trash',
  // assignment.test.ts
  'POST /leads/assign',
  // lookup.test.ts
  'GET /companies/lookup',
  // emails.test.ts
  'GET /emails',
  'POST /emails',
  'GET /emails/{id}',
  'GET /emails/{id}/files/{fileId}',
  'PATCH /emails/{id}',
  'DELETE /emails/{id}',
  'POST /emails/{id}/restore',
  'POST /emails/{id}/send',
  'POST /emails/{id}/schedule',
  'POST /emails/{id}/cancel',
  'POST /emails/{id}/retry',
  'POST /emails/{id}/mark-replied',
  // templates.test.ts
  'GET /templates',
  'POST /templates',
  'GET /templates/{id}',
  'PATCH /templates/{id}',
  'DELETE /templates/{id}',
  'POST /templates/{id}/restore',
  'POST /templates/{id}/render',
  'POST /templates/preview',
  'POST /{noun}',
  'GET /timeline',
  'POST /activities',
  'PATCH /activities/{id}',
  'DELETE /activities/{id}',
  'POST /activities/{id}/pin',
  'GET /ai/status',
  'POST /ai/email-drafts',
  'POST /ai/summary',
  'POST /ai/assistant',
  'POST /ai/runs/{id}/feedback',
  'GET /dashboard/home',
  'GET /records/names',
  'GET /dashboard/summary',
  'GET /users',
  'GET /teams',
  'GET /settings',
  'GET /pipelines',
  'GET /auth/me',
  'PATCH /auth/me',
  'POST /auth/password',
  'POST /auth/second-factor',
  'POST /auth/second-factor/confirm',
  'POST /auth/second-factor/off',
  'POST /auth/second-factor/recovery-codes',
  'GET /auth/sessions',
  'DELETE /auth/sessions/{id}',
];

let crm: TestCrm;
let paths: Record<string, Record<string, { 'x-access': string }>>;
const people: Record<string, Person> = {};
beforeAll(async () => {
  crm = await openCrm();
  people.admin = await firstAdmin(crm);
  const { body: team } = await people.admin.call('POST', '/teams', { name: 'Team' });
  people.manager = await join(crm, people.admin, 'Mia Manager', 'manager', team.id);
  people.rep = await join(crm, people.admin, 'Rui Rep', 'rep', team.id);
  people.other = await join(crm, people.admin, 'Olga Other', 'rep');
  paths = (await crm.call('GET', '/openapi.json')).body.paths;
});
afterAll(() => crm.close());

const operations = () =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path.replace('/api/v1', '')}`,
      access: operation['x-access'],
    })),
  );
const general = (name: string) =>
  name.replace(/ \/(leads|contacts|companies|deals|tasks)(?=$|\/\{id\}($|\/restore$))/, ' /{noun}');

describe('every path of the API', () => {
  it('has a place in the matrix', () => {
    expect(operations().length).toBeGreaterThan(100);
    const known = new Set([...Object.keys(onRecord), ...Object.keys(onFiles), ...listing, ...elsewhere]);
    const unplaced = operations().filter(
      ({ name, access }) => access === 'user' && !known.has(name) && !known.has(general(name)),
    );
    expect(unplaced).toEqual([]);
  });

  it('is refused without a session, unless it is open', async () => {
    for (const { name, access } of operations()) {
      if (access === 'open') continue;
      const [method, path] = name.split(' ') as ['GET', string];
      const answer = await crm.call(
        method,
        path.replace(/\{\w+\}/g, 'ffffffffffffffffffffffff'),
        method === 'GET' ? undefined : {},
        { authorization: '' },
      );
      expect(answer.status, name).toBe(401);
    }
  });

  it('that needs a capability is refused to a rep', async () => {
    for (const { name, access } of operations()) {
      if (['open', 'user', 'share'].includes(access)) continue;
      const [method, path] = name.split(' ') as ['GET', string];
      const answer = await people.rep!.call(
        method,
        path.replace(/\{\w+\}/g, 'ffffffffffffffffffffffff'),
        method === 'GET' ? undefined : {},
      );
      expect(answer.status, name).toBe(403);
    }
  });
});

/** What the policy gives, said once more in words of the product rather than of its code. */
function mayReach(
  who: string,
  whose: string,
  does: 'read' | 'write' | 'delete',
  visibility: 'all' | 'own',
): boolean {
  if (who === 'admin' || whose === who) return true;
  if (who === 'manager') return whose === 'rep' || whose === 'nobody';
  if (does === 'read' && visibility === 'all') return true;
  return does !== 'delete' && whose === 'nobody';
}

describe.each(['all', 'own'] as const)('records, where reps see %s', (visibility) => {
  beforeAll(async () => {
    const { version } = (await people.admin!.call('GET', '/settings')).body;
    await people.admin!.call(
      'PATCH',
      '/settings',
      { repVisibility: visibility },
      { 'if-match': String(version) },
    );
    crm.services.authenticator.forget();
  });

  it.each(kinds)('%s: each role reaches exactly what it should, on every path', async (kind) => {
    const noun = plural[kind];
    const { db } = crm.services.mongo;
    for (const whose of ['rep', 'other', 'manager', 'nobody']) {
      const ownerId = whose === 'nobody' ? null : people[whose]!.id;
      const owner = kind === 'task' ? { assigneeId: ownerId } : { ownerId };
      for (const who of ['rep', 'manager', 'admin']) {
        for (const [name, { does, body }] of Object.entries(onRecord)) {
          const [method, path] = name.replace('{noun}', noun).split(' ') as ['GET' | 'PATCH', string];
          if (!path.startsWith(`/${noun}/`)) continue;
          const made = await people.admin!.call('POST', `/${noun}?allowDuplicate=true`, {
            ...bodies[kind],
            ...owner,
          });
          expect(made.status).toBe(201);
          const { id } = made.body;
          if (path.endsWith('/restore'))
            await db.collection(noun).updateOne({ _id: id as never }, { $set: { deletedAt: new Date() } });
          const payload = path.endsWith('/move')
            ? { stageId: made.body.stageId }
            : method === 'PATCH'
              ? patches[kind]
              : body;
          const answer = await people[who]!.call(method, path.replace('{id}', id), payload, {
            'if-match': '1',
          });
          const label = `${who} ${name} of ${whose}: ${JSON.stringify(answer.body)}`;
          if (mayReach(who, whose, does, visibility)) expect([200, 204, 409], label).toContain(answer.status);
          else
            expect(answer.status, label).toBe(
              mayReach(who, whose, 'read', visibility) && !path.endsWith('/restore') ? 403 : 404,
            );
        }
      }
    }
  });

  it.each(['lead', 'contact', 'company', 'deal'] as const)(
    '%s: its files are whose it is, on every path',
    async (kind) => {
      const octets = { 'content-type': 'application/octet-stream' };
      for (const whose of ['rep', 'other', 'manager', 'nobody']) {
        const ownerId = whose === 'nobody' ? null : people[whose]!.id;
        const made = await people.admin!.call('POST', `/${plural[kind]}?allowDuplicate=true`, {
          ...bodies[kind],
          ownerId,
        });
        const record = `?link=${kind}:${made.body.id}`;
        const upload = (who: Person) =>
          who.call('POST', `/files${record}&name=x.txt`, Buffer.from('x'), octets);
        for (const who of ['rep', 'manager', 'admin']) {
          for (const [name, does] of Object.entries(onFiles)) {
            const { id } = (await upload(people.admin!)).body;
            if (name.endsWith('/restore')) await people.admin!.call('DELETE', `/files/${id}`);
            const [method, path] = name.split(' ') as ['GET', string];
            const answer =
              name === 'POST /files'
                ? await upload(people[who]!)
                : await people[who]!.call(
                    method,
                    path.replace('{id}', id) + (name === 'GET /files' ? record : ''),
                  );
            const label = `${who} ${name} of ${whose}: ${JSON.stringify(answer.body)}`;
            if (mayReach(who, whose, does, visibility))
              expect([200, 201, 204], label).toContain(answer.status);
            else expect(answer.status, label).toBe(mayReach(who, whose, 'read', visibility) ? 403 : 404);
          }
        }
      }
    },
  );

  it('lists, the board and search show exactly what may be read', async () => {
    for (const kind of kinds) {
      const noun = plural[kind];
      for (const whose of ['rep', 'other', 'manager', 'nobody']) {
        const ownerId = whose === 'nobody' ? null : people[whose]!.id;
        const { id } = (
          await people.admin!.call('POST', `/${noun}?allowDuplicate=true`, {
            ...bodies[kind],
            ...(kind === 'task' ? { assigneeId: ownerId } : { ownerId }),
          })
        ).body;
        for (const who of ['rep', 'manager', 'admin']) {
          const shown = async (path: string) =>
            JSON.stringify((await people[who]!.call('GET', path)).body).includes(id);
          const expected = mayReach(who, whose, 'read', visibility);
          expect(await shown(`/${noun}?sort=-createdAt&limit=100`), `${who} lists ${kind} of ${whose}`).toBe(
            expected,
          );
          if (kind === 'deal')
            expect(await shown('/deals/board'), `${who} on the board, deal of ${whose}`).toBe(expected);
          if (kind !== 'task') {
            expect(await shown('/search'), `${who} searches ${kind} of ${whose}`).toBe(expected);
            expect(
              (await people[who]!.call('GET', `/timeline?link=${kind}:${id}`)).status,
              `${who} timeline of ${kind} of ${whose}`,
            ).toBe(expected ? 200 : 404);
            const note = await people[who]!.call('POST', '/activities', {
              kind: 'note',
              links: [{ entity: kind, id }],
              body: 'x',
            });
            expect(note.status, `${who} writes on ${kind} of ${whose}`).toBe(expected ? 201 : 422);
          }
        }
      }
    }
  });
});

describe('giving records away', () => {
  it('is for managers and admins', async () => {
    const { body: lead } = await people.rep!.call('POST', '/leads?allowDuplicate=true', bodies.lead);
    expect(lead.ownerId).toBe(people.rep!.id);
    const give = (who: string, version: number) =>
      people[who]!.call(
        'PATCH',
        `/leads/${lead.id}`,
        { ownerId: people.other!.id },
        { 'if-match': String(version) },
      );
    expect((await give('rep', 1)).status).toBe(403);
    expect((await give('manager', 1)).status).toBe(200);
  });
});
