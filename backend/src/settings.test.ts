import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { envExample } from './env-example.ts';
import { readSettings, SettingsError } from './settings.ts';
import type { ProcessName } from './settings-read-by.ts';

const random = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const good = {
  SECRET_KEY: random,
  MONGO_URL: 'mongodb://127.0.0.1:27017/crm',
  REDIS_URL: 'redis://127.0.0.1:6379',
};
const production = {
  ...good,
  ENVIRONMENT: 'production',
  BACKEND_URL: 'https://crm.example.com/',
  FRONTEND_URL: 'https://crm.example.com',
};

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readSettings(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe('settings', () => {
  it('have defaults for everything but the stores and the key', () => {
    expect(readSettings(good)).toMatchObject({
      ENVIRONMENT: 'development',
      CACHE_TTL: 300,
      WORKERS: 1,
      DEBUG: false,
    });
    expect(problemsOf({})).toEqual([
      'MONGO_URL is required',
      'REDIS_URL is required',
      'SECRET_KEY is required',
    ]);
  });

  it('treat a blank value as absent', () => {
    expect(readSettings({ ...good, SENTRY_DSN: '  ', CORS_ORIGINS: '' })).toMatchObject({ CORS_ORIGINS: [] });
  });

  it('list every problem at once and no value', () => {
    const bad = {
      ...production,
      SECRET_KEY: 'short-and-secret',
      CORS_ORIGINS: '*',
      ALLOWED_HOSTS: 'a.example.com,*',
      DEBUG: 'true',
      WORKERS: 'many',
      REDIS_URL: 'http://user:hunter2@host',
      LOG_LEVEL: 'loud',
    };
    const problems = problemsOf(bad);
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'ALLOWED_HOSTS',
      'CORS_ORIGINS',
      'DEBUG',
      'LOG_LEVEL',
      'REDIS_URL',
      'SECRET_KEY',
      'WORKERS',
    ]);
    expect(problems.join()).not.toMatch(/short-and-secret|hunter2|many|loud/);
  });

  it('need public addresses in production', () => {
    const { BACKEND_URL: _b, FRONTEND_URL: _f, ...rest } = production;
    expect(problemsOf(rest)).toEqual([
      'BACKEND_URL is required in production',
      'FRONTEND_URL is required in production',
    ]);
    expect(readSettings(production).BACKEND_URL).toBe('https://crm.example.com');
  });

  it.each([
    ['64 hex digits', random, true],
    ['43 base64url characters', 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg', true],
    ['32 random raw characters', 'k!9Zq$w#7Vb*2Lm^x@4Rt&8Yp%3Nc(6J', true],
    ['32 hex digits, which are 128 bits', random.slice(32), false],
    ['32 base64 characters, which are 192 bits', 'n4bQgYhMfWWaL/qgxVrQFaO+TxsrC4Is', false],
    ['64 times one letter', 'a'.repeat(64), false],
    ['a repeated pattern', '0123456789abcdef'.repeat(8), false],
    ['repeated words', 'please change me! '.repeat(4), false],
  ])('judge a production key of %s', (_name, key, accepted) => {
    expect(problemsOf({ ...production, SECRET_KEY: key }).length === 0).toBe(accepted);
  });

  it('are to each process those that it reads: nothing else is required of it, judged or known to it', () => {
    const stores = { MONGO_URL: good.MONGO_URL, REDIS_URL: good.REDIS_URL };
    const backups = {
      BACKUP_STORE: 's3://bucket',
      BACKUP_ACCESS_KEY_ID: 'a',
      BACKUP_SIGNING_KEY: 'too short',
    };
    const env = { ENVIRONMENT: 'production', ...stores, ...backups, SECRET_KEY: 'weak', CORS_ORIGINS: '*' };
    const problems = (name: ProcessName) => {
      try {
        return Object.keys(readSettings(env, name));
      } catch (error) {
        return (error as SettingsError).problems;
      }
    };
    expect(problems('api')).toEqual([
      'BACKEND_URL is required in production',
      'CORS_ORIGINS must not hold * in production',
      'FRONTEND_URL is required in production',
      'SECRET_KEY must have at least 16 characters',
      expect.stringMatching(/^SECRET_KEY /),
    ]);
    expect(problems('worker')).toEqual([
      'BACKEND_URL is required in production',
      'BACKUP_ACCESS_KEY_ID and BACKUP_SECRET_ACCESS_KEY go together',
      'BACKUP_RECIPIENTS is required when BACKUP_STORE is set',
      'BACKUP_SIGNING_KEY must have at least 32 characters',
      'FRONTEND_URL is required in production',
      'SECRET_KEY must have at least 16 characters',
      expect.stringMatching(/^SECRET_KEY /),
    ]);
    for (const name of ['scheduler', 'release'] as const) {
      expect(problems(name)).toContain('MONGO_URL');
      expect(problems(name)).not.toContain('BACKUP_ACCESS_KEY_ID');
      expect(problems(name)).not.toContain('SECRET_KEY');
    }
  });

  it('are all explained in .env.example', () => {
    const file = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');
    expect(file).toBe(envExample());
  });
});
