import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

interface Package {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** The rooms of this repository by the names of their packages. */
const rooms = new Map(
  ['backend', 'backup', 'deploy', 'embedded-mongo', 'frontend'].map((room) => [
    (JSON.parse(read(`${room}/package.json`)) as Package).name,
    room,
  ]),
);

/** The room, and those that it needs to run. */
function neededBy(room: string): string[] {
  const { dependencies = {} } = JSON.parse(read(`${room}/package.json`)) as Package;
  const own = Object.keys(dependencies).flatMap((name) => rooms.get(name) ?? []);
  return [...new Set([room, ...own.flatMap(neededBy)])];
}

// A link to a room that was not copied hangs in the air, and what loads it late fails late: the proof of the first nightly backup did.
test('the backend’s image holds every room that its processes load, with its dependencies', () => {
  const dockerfile = read('docker/backend/Dockerfile');
  const install = /RUN npm ci (.*) \\/.exec(dockerfile)?.[1];
  const needed = neededBy('backend');
  expect(needed).toContain('embedded-mongo');
  for (const room of needed) {
    expect(dockerfile).toContain(`COPY ${room}/package.json ${room}/`);
    expect(install).toContain(`--workspace ${room}`);
    expect(dockerfile).toContain(`COPY ${room}/src ${room}/src`);
    expect(read('.dockerignore').split('\n')).toContain(`!${room}`);
  }
});

// Whatever stands after a line that changes with each version is made anew for each.
test.each(['backend', 'frontend'])('the version comes last in the image of the %s', (name) => {
  const last = read(`docker/${name}/Dockerfile`)
    .split(/^FROM .*$/m)
    .at(-1)!;
  const after = last.slice(last.indexOf('ARG VERSION'));
  expect(after).toContain('LABEL');
  expect(after).not.toMatch(/^(RUN|COPY|ADD|WORKDIR) /m);
});
