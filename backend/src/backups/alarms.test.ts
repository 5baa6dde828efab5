import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { openBell } from './bell.ts';
import { overdue } from './watch.ts';

/** As much of Redis as the bell uses: SET … NX. */
function redisWithSetNx(): Redis {
  const keys = new Set<string>();
  const set = async (key: string) => {
    const isNew = !keys.has(key);
    keys.add(key);
    return isNew ? 'OK' : null;
  };
  return { set } as unknown as Redis;
}

describe('the bell', () => {
  let answers: number[];
  let heard: string[];
  let lines: { alarm: string; msg: string }[];
  let url: string;
  const log = pino({}, { write: (line) => void lines.push(JSON.parse(line)) });

  beforeEach(async () => {
    answers = [];
    heard = [];
    lines = [];
    const receiver = createServer(async (request, response) => {
      heard.push(JSON.parse(await text(request)).text);
      response.writeHead(answers.shift() ?? 200).end();
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/T0-secret`;
    return () => new Promise((resolve) => receiver.close(resolve));
  });

  const bell = () =>
    openBell(
      { BACKUP_ALARM_URL: url, BACKUP_PROJECT: 'crm', CONDUCTOR_ENVIRONMENT: 'production' },
      { redis: redisWithSetNx(), log, pause: 1 },
    );

  it.each(['failed', 'not-verified', 'recipients', 'suspicious', 'retention-blocked', 'leftovers'] as const)(
    'says every "%s", once each time, with what to do',
    async (kind) => {
      const each = bell();
      for (const message of ['It is so.', 'It is so again.'])
        await each.ring({ kind, message, hint: 'Do that.' });
      expect(heard).toEqual([
        `✗ crm production: backup ${kind}\nIt is so.\nDo that.`,
        `✗ crm production: backup ${kind}\nIt is so again.\nDo that.`,
      ]);
      expect(lines.map(({ alarm }) => alarm)).toEqual([`backup.${kind}`, `backup.${kind}`]);
    },
  );

  it.each(['late', 'store-unreachable'] as const)(
    'says "%s" once, whoever notices it how often',
    async (kind) => {
      const each = bell();
      for (let count = 0; count < 3; count++) await each.ring({ kind, message: 'It is.', backup: 'a' });
      await each.ring({ kind, message: 'So is the next one.', backup: 'b' });
      expect(heard).toHaveLength(2);
    },
  );

  it('tries again, and says in the log when nobody takes it, without the address', async () => {
    answers = [500];
    await bell().ring({ kind: 'failed', message: 'It failed.' });
    expect(heard).toHaveLength(2);
    expect(lines.map(({ alarm }) => alarm)).toEqual(['backup.failed']);

    answers = [500, 500, 404];
    await bell().ring({ kind: 'failed', message: 'It failed.' });
    expect(lines.at(-1)).toMatchObject({
      alarm: 'backup.unheard',
      msg: expect.stringContaining('404'),
    });
    expect(JSON.stringify(lines)).not.toContain('T0-secret');
  });
});

describe('who watches over the worker', () => {
  const now = new Date('2026-11-23T12:00:00Z');
  const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
  const environment = 'staging';
  const statusOf = (age: number) => ({
    state: 'good' as const,
    last: { id: 'one', at: hoursAgo(age).toISOString() },
    verified: 1,
    problem: null,
  });

  it('is content while the worker looks and the last backup is young', () => {
    expect(
      overdue({ status: statusOf(25.9), look: hoursAgo(0.25), environment }, hoursAgo(99), now),
    ).toBeUndefined();
  });

  it('is alarmed when the last backup is too old', () => {
    expect(
      overdue({ status: statusOf(27), look: hoursAgo(0.25), environment }, hoursAgo(99), now),
    ).toMatchObject({
      kind: 'late',
      backup: 'one',
      message: expect.stringContaining('27 hours'),
      hint: expect.stringContaining('conductor backup create staging'),
    });
  });

  it('is alarmed when no worker looks, also when none ever did', () => {
    expect(
      overdue({ status: statusOf(3), look: hoursAgo(2), environment }, hoursAgo(99), now)?.message,
    ).toContain('No worker');
    expect(overdue({ status: null, look: null, environment }, hoursAgo(2), now)?.message).toContain(
      'No worker',
    );
  });

  it('gives a worker that starts with it an hour', () => {
    expect(overdue({ status: null, look: null, environment }, hoursAgo(0.9), now)).toBeUndefined();
  });
});
