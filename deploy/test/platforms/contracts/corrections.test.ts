import { expect, it } from 'vitest';
import { OpenApi } from '../openapi.ts';

it('lets DigitalOcean take yes or no for preserve_path_prefix, as its live API does, and no text', () => {
  const api = new OpenApi('digitalocean.openapi.generated.json');
  const spec = (preserve: unknown) => ({
    name: 'crm',
    envs: [{ key: 'LOG_LEVEL', value: 'info' }],
    ingress: { rules: [{ component: { name: 'web', preserve_path_prefix: preserve } }] },
  });
  expect(api.named('app_spec', spec(true))).toEqual([]);
  expect(api.named('app_spec', spec('true'))).toEqual([
    '/ingress/rules/0/component/preserve_path_prefix must be boolean',
  ]);
});
