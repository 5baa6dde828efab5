import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { firstAdmin, join, type Person } from '../../test/person.ts';

let crm: TestCrm;
let admin: Person;
let rep: Person;
beforeAll(async () => {
  crm = await openCrm();
  admin = await firstAdmin(crm);
  rep = await join(crm, admin, 'Rui Rep', 'rep');
});
afterAll(() => crm.close());
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => vi.useRealTimers());

const status = async (person: Person) => (await person.call('GET', '/auth/me')).status;
/** As another process does it, which cannot tell this one at once. */
const elsewhere = (name: string) => crm.services.mongo.db.collection<{ _id: string; userId: string }>(name);

describe('what one process knows of a session', () => {
  it('is known for three seconds, and no longer: one that ended elsewhere opens nothing then', async () => {
    expect(await status(rep)).toBe(200);
    const { deletedCount } = await elsewhere('sessions').deleteMany({ userId: rep.id });
    expect(deletedCount).toBe(1);
    vi.setSystemTime(Date.now() + 3_001);
    expect(await status(rep)).toBe(401);
  });

  it('is not that somebody may come in who was disabled, whatever session they have', async () => {
    expect(await status(admin)).toBe(200);
    const { modifiedCount } = await elsewhere('users').updateOne(
      { _id: admin.id },
      { $set: { status: 'disabled' } },
    );
    expect(modifiedCount).toBe(1);
    vi.setSystemTime(Date.now() + 3_001);
    expect(await status(admin)).toBe(401);
  });
});
