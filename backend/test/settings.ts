import { type AllSettings, readSettings } from '../src/settings.ts';

export const testToken = 'test-token-0123456789-0123456789-abc';

/** Settings of a test; stores that are not named do not exist. */
export function testSettings(over: Record<string, string> = {}): AllSettings {
  return readSettings(testEnvironment(over));
}

export function testEnvironment(over: Record<string, string> = {}): Record<string, string> {
  return {
    ENVIRONMENT: 'test',
    SECRET_KEY: 'a-secret-for-tests-only',
    BACKEND_URL: 'http://localhost:8080',
    FRONTEND_URL: 'http://localhost:8080',
    MONGO_URL: 'mongodb://user:hunter2@127.0.0.1:1/crm?serverSelectionTimeoutMS=200&replicaSet=embedded',
    REDIS_URL: 'redis://user:hunter2@127.0.0.1:1',
    API_TOKEN: testToken,
    LOG_LEVEL: 'silent',
    CONDUCTOR_RELEASE: 'v20261123_210405',
    CONDUCTOR_COMMIT: 'abc1234',
    PORT: '0',
    ...over,
  };
}
