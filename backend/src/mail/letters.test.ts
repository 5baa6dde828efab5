import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TestCrm } from '../../test/crm.ts';
import { openCrm } from '../../test/crm.ts';
import { firstAdmin, type Person } from '../../test/person.ts';
import { testSettings } from '../../test/settings.ts';
import { SmtpAnswer, startSmtp } from '../../test/smtp.ts';
import { firstOrgId } from '../org/org.ts';
import { Letters } from './letters.ts';

let smtp: Awaited<ReturnType<typeof startSmtp>>;
let crm: TestCrm;
let admin: Person;
beforeAll(async () => {
  smtp = await startSmtp();
  crm = await openCrm(smtp.settings);
  admin = await firstAdmin(crm);
});
afterAll(async () => {
  await crm.close();
  await smtp.close();
});
beforeEach(() => {
  smtp.received.length = 0;
  Object.assign(smtp.script, { onRecipient: undefined, onLetter: undefined });
});

/** What the worker would do now, with tries that follow one another at once. */
const letters = (over: Record<string, string> = {}) =>
  new Letters({ ...crm.services, settings: testSettings({ ...smtp.settings, ...over }) });
const stored = () => crm.services.mongo.db.collection('letters');
const given = (to = 'rui@example.com') => ({
  orgId: firstOrgId,
  kind: 'notification' as const,
  to,
  subject: 'Olá',
  text: 'Uma linha\n.\noutra',
});
async function queued(to?: string): Promise<string> {
  expect(await letters().queueLetter(given(to))).toBe(true);
  const [last] = await stored().find().sort({ createdAt: -1, _id: -1 }).limit(1).toArray();
  return last!._id as unknown as string;
}
const state = async (id: string) => stored().findOne({ _id: id as never });

describe('a letter of the CRM itself', () => {
  it('brings an invitation, and the link in it lets somebody in', async () => {
    const { body } = await admin.call('POST', '/invites', { email: 'rui@example.com', role: 'rep' });
    expect(body.mailed).toBe(true);
    const [letter] = await stored().find().toArray();
    // Whoever reads the database, or a backup of it, finds no way in.
    expect(JSON.stringify(letter)).not.toContain(body.link.split('/').at(-1));
    await letters()
      .dispatch()
      .send(letter!._id as unknown as string);
    expect(smtp.received).toHaveLength(1);
    expect(smtp.received[0]!.raw).toMatch(/^From: Acme Ltda <crm@acme\.example\.com>\r?$/m);
    expect(smtp.received[0]!.raw.replaceAll('=\r\n', '').replaceAll('=3D', '=')).toContain(body.link);
    expect(await state(letter!._id as never)).toMatchObject({ status: 'sent', sealed: null, error: null });
  });

  it('is sent once, however often and by whomever its job is done', async () => {
    const id = await queued();
    await Promise.all([1, 2, 3, 4, 5].map(() => letters().dispatch().send(id)));
    await letters().dispatch().send(id);
    expect(smtp.received).toHaveLength(1);
    expect(smtp.received[0]!.raw).toContain('\r\n.\r\noutra');
    expect(await state(id)).toMatchObject({
      status: 'sent',
      delivery: { recipients: [{ address: 'rui@example.com', state: 'accepted' }], lookAt: null },
    });
  });

  it('is tried again after 4xx, three times, and then says why in the words of the server', async () => {
    let tries = 0;
    smtp.script.onRecipient = () => {
      tries += 1;
      throw new SmtpAnswer(450, 'greylisted, come back');
    };
    const id = await queued();
    const dispatch = letters().dispatch([0, 0, 0]);
    await dispatch.send(id);
    expect(await state(id)).toMatchObject({ status: 'queued', error: { code: 'unavailable' } });
    for (let i = 0; i < 5; i++) await dispatch.send(id);
    expect(tries).toBe(4);
    const failed = await state(id);
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'unavailable' } });
    expect(failed!.error.message).toContain('450 greylisted');
  });

  it('waits before it is tried again', async () => {
    smtp.script.onLetter = () => {
      throw new SmtpAnswer(451, 'busy');
    };
    const id = await queued();
    const before = Date.now();
    await letters().dispatch().send(id);
    await letters().dispatch().send(id);
    const waiting = await state(id);
    expect(waiting!.delivery.dueAt.getTime()).toBeGreaterThanOrEqual(before + 60_000);
    expect(waiting).toMatchObject({ status: 'queued', delivery: { failures: 1, phase: null } });
    smtp.script.onLetter = undefined;
    await stored().updateOne({ _id: id as never }, { $set: { 'delivery.dueAt': new Date() } });
    await letters().dispatch().send(id);
    expect(smtp.received).toHaveLength(1);
    expect(await state(id)).toMatchObject({ status: 'sent', error: null });
  });

  it('bounces at 5xx for its recipient, and is not tried again', async () => {
    let tries = 0;
    smtp.script.onRecipient = () => {
      tries += 1;
      throw new SmtpAnswer(550, 'no such user');
    };
    const id = await queued('nobody@example.com');
    const dispatch = letters().dispatch([0, 0, 0]);
    await dispatch.send(id);
    await dispatch.send(id);
    expect(tries).toBe(1);
    const bounced = await state(id);
    expect(bounced).toMatchObject({ status: 'bounced', error: { code: 'refused' } });
    expect(bounced!.error.message).toContain('550 no such user');
  });

  it('fails at 5xx for what it says', async () => {
    smtp.script.onLetter = () => {
      throw new SmtpAnswer(554, 'looks like spam');
    };
    const id = await queued();
    await letters().dispatch([0, 0, 0]).send(id);
    expect(await state(id)).toMatchObject({ status: 'failed', error: { code: 'refused' } });
  });

  it('is ambiguous when the server goes away after its end, and is not sent again by itself', async () => {
    smtp.script.onLetter = (_letter, drop) => drop();
    const id = await queued();
    const dispatch = letters().dispatch([0, 0, 0]);
    await dispatch.send(id);
    await dispatch.sweep();
    await dispatch.send(id);
    expect(smtp.received).toHaveLength(1);
    expect(await state(id)).toMatchObject({ status: 'failed', error: { code: 'ambiguous' } });
  });

  it('is tried again when nothing listens there', async () => {
    const id = await queued();
    await letters({ SMTP_PORT: '1' }).dispatch([60_000]).send(id);
    expect(await state(id)).toMatchObject({ status: 'queued', error: { code: 'unavailable' } });
  });
});

describe('a letter that a dead worker had', () => {
  const past = new Date(Date.now() - 60_000);
  const left = async (phase: 'claimed' | 'handed-over') => {
    const id = await queued();
    const dead = { 'delivery.claim': 'dead', 'delivery.phase': phase, 'delivery.lookAt': past };
    await stored().updateOne({ _id: id as never }, { $set: { status: 'sending', ...dead } });
    return id;
  };

  it('is sent by the next one when the server cannot have it', async () => {
    const id = await left('claimed');
    await letters().dispatch().sweep();
    expect(await state(id)).toMatchObject({ status: 'queued' });
    await letters().dispatch().send(id);
    expect(smtp.received).toHaveLength(1);
  });

  it('is ambiguous when the server may have it', async () => {
    const id = await left('handed-over');
    await letters().dispatch().sweep();
    await letters().dispatch().send(id);
    expect(smtp.received).toHaveLength(0);
    expect(await state(id)).toMatchObject({ status: 'failed', error: { code: 'ambiguous' }, sealed: null });
  });

  it('is not ended by one that slept meanwhile', async () => {
    const id = await queued();
    const sweeper = letters().dispatch();
    let stolen = false;
    smtp.script.onRecipient = async () => {
      if (stolen) return;
      stolen = true;
      // As if 15 seconds had passed without a sign of life.
      await stored().updateOne({ _id: id as never }, { $set: { 'delivery.lookAt': past } });
      await sweeper.sweep();
      await letters().dispatch().send(id);
    };
    await letters().dispatch().send(id);
    expect(smtp.received).toHaveLength(1);
    expect(await state(id)).toMatchObject({ status: 'sent', delivery: { failures: 0 } });
  });

  it('is rung for again when its job was lost', async () => {
    const id = await queued();
    await stored().updateOne({ _id: id as never }, { $set: { 'delivery.lookAt': past } });
    const queue = await crm.services.queues.get('letters');
    await queue.drain();
    await letters().dispatch().sweep();
    expect((await queue.getJobs(['waiting'])).map(({ data }) => data)).toContainEqual({ letterId: id });
  });
});

it('is not even kept where no mail server is configured, or where all is example data', async () => {
  const before = await stored().countDocuments();
  const without = new Letters({ ...crm.services, settings: testSettings() });
  expect(await without.queueLetter(given())).toBe(false);
  const orgs = crm.services.mongo.db.collection('orgs');
  await orgs.updateOne({}, { $set: { isDemo: true } });
  expect(await letters().queueLetter(given())).toBe(false);
  await orgs.updateOne({}, { $unset: { isDemo: '' } });
  expect(await stored().countDocuments()).toBe(before);
});

it('fails, and says why, when the key it was closed with is gone', async () => {
  const id = await queued();
  await letters({ SECRET_KEY: 'another-secret-for-tests' }).dispatch().send(id);
  expect(await state(id)).toMatchObject({ status: 'failed', error: { code: 'halted' } });
  const other = await queued();
  await letters({ SECRET_KEY: 'another-secret-for-tests', SECRET_KEY_PREVIOUS: 'a-secret-for-tests-only' })
    .dispatch()
    .send(other);
  expect(await state(other)).toMatchObject({ status: 'sent' });
});
