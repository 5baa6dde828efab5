import { expect, it } from 'vitest';
import { readRailway } from './railway.ts';

it('reads both forms', () => {
  const json = JSON.stringify({
    build: { builder: 'NIXPACKS', buildCommand: 'npm ci && npm run build' },
    deploy: {
      startCommand: 'npm start',
      preDeployCommand: ['npm run migrate'],
      healthcheckPath: '/up',
      numReplicas: 2,
      drainingSeconds: 20,
    },
    environments: { production: { deploy: { numReplicas: 3 } } },
  });
  expect(readRailway(json)).toMatchObject({
    services: [
      {
        name: 'web',
        build: 'npm run build',
        start: 'npm start',
        health: '/up',
        replicas: 3,
        drain: 20,
        visited: true,
      },
    ],
    release: { service: 'web', command: 'npm run migrate' },
  });
  const toml = '[build]\nbuilder = "dockerfile"\n[deploy]\nstartCommand = "node worker.js"\n';
  expect(readRailway(toml, 'apps/worker').services).toMatchObject([
    {
      name: 'worker',
      root: 'apps/worker',
      dockerfile: 'apps/worker/Dockerfile',
      imageStart: 'node worker.js',
      visited: false,
    },
  ]);
});

it('lists what runs by the clock, and says what it cannot read', () => {
  expect(readRailway('[deploy]\ncronSchedule = "0 * * * *"\nstartCommand = "node a.js"')).toMatchObject({
    services: [],
    notCarried: [{ what: 'the cron job web (0 * * * *)' }],
  });
  expect(() => readRailway('{')).toThrow('it is no JSON');
  expect(() => readRailway('a = 1')).toThrow('it has neither build nor deploy');
});
