import { describe, expect, test } from 'vitest';
import { parseConnectionString } from './connection-string.ts';

describe('a connection string', () => {
  test.each([
    ['mongodb://db.example:27017/crm', ['db.example:27017'], 'crm'],
    ['mongodb://u:p%40ss@a:1,b:2,c/crm?replicaSet=rs0', ['a:1', 'b:2', 'c'], 'crm'],
    ['mongodb+srv://u:p@cluster.example/crm', ['cluster.example'], 'crm'],
    ['mongodb://a/caf%C3%A9?x=1', ['a'], 'café'],
    ['mongodb://a', ['a'], undefined],
    ['mongodb://a/?authSource=admin', ['a'], undefined],
    // As managed servers give it: the database of the users, not of the data.
    ['mongodb+srv://doadmin:p@db.example/admin?tls=true', ['db.example'], undefined],
    ['mongodb://a,b/local', ['a', 'b'], undefined],
    ['mongodb://[::1]:27017/crm', ['[::1]:27017'], 'crm'],
  ])('%s', (text, hosts, database) => {
    expect(parseConnectionString(text)).toEqual({ hosts, srv: text.includes('+srv'), database });
  });

  test.each([
    '',
    'postgres://u:secret@a/crm',
    'mongodb://',
    'mongodb://u:secret@/crm',
    'mongodb://a/%zz-secret',
  ])('that is none is refused without being shown: %s', (text) => {
    let said: unknown;
    try {
      parseConnectionString(text);
    } catch (error) {
      said = error;
    }
    expect(said).toMatchObject({ code: 'settings.invalid' });
    expect(`${(said as Error).stack} ${String((said as Error).cause)}`).not.toContain('secret');
  });
});
