import { expect, it } from 'vitest';
import { readDockerfile } from './dockerfile.ts';

it('reads what the last stage runs, with what it has from the stage it is made from', () => {
  const text = `
FROM node:24 AS base
EXPOSE 4000
HEALTHCHECK --interval=30s \\
  CMD curl -f http://localhost:4000/health || exit 1
FROM base AS build
RUN npm run build
FROM base
CMD ["node", "dist/main.js"]
`;
  expect(readDockerfile(text)).toEqual({
    from: 'node:24',
    command: 'node dist/main.js',
    port: 4000,
    health: '/health',
  });
});

it('puts ENTRYPOINT and CMD together, and takes shells and passers of signals for what they run', () => {
  const command = (lines: string) => readDockerfile(`FROM alpine\n${lines}`).command;
  expect(command('ENTRYPOINT ["./entry.sh"]\nCMD ["serve", "--all"]')).toBe('./entry.sh serve --all');
  expect(command('ENTRYPOINT ["/sbin/tini", "--"]\nCMD ["node", "a.js"]')).toBe('node a.js');
  expect(command('CMD ["sh", "-c", "node a.js"]')).toBe('node a.js');
  expect(command('CMD gunicorn app:app -b :$PORT')).toEqual(['sh', '-c', 'exec gunicorn app:app -b :$PORT']);
  expect(command('CMD ["echo", "a b"]')).toEqual(['echo', 'a b']);
  expect(command('')).toBeUndefined();
  expect(readDockerfile('FROM a\nENTRYPOINT ["tini", "--", "./entry.sh"]').entrypoint).toEqual([
    './entry.sh',
  ]);
});
