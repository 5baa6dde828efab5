import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);

it('gives `npm ci`, and so what dependencies run while they are installed, no token and no key', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'conductor-launcher-'));
  try {
    await copyFile(join(import.meta.dirname, '../conductor'), join(folder, 'conductor'));
    await writeFile(join(folder, 'package-lock.json'), '{}');
    const bin = join(folder, 'bin');
    await mkdir(bin);
    // It notes what it gets, and installs a Node that does nothing.
    const npm = `#!/bin/sh
env > '${folder}/got'
mkdir -p node_modules/.bin
printf '#!/bin/sh\\nenv > "${folder}/command-got"\\n' > node_modules/.bin/node
chmod +x node_modules/.bin/node
`;
    await writeFile(join(bin, 'npm'), npm);
    await chmod(join(bin, 'npm'), 0o755);
    const env = {
      PATH: `${bin}:${process.env.PATH}`,
      HOME: folder,
      npm_config_cache: join(folder, 'cache'),
      https_proxy: 'http://proxy.test:3128',
      CONDUCTOR_AGE_KEY: 'AGE-SECRET-KEY-1X',
      RAILWAY_API_TOKEN: 'rail\nPATH=way',
    };
    await run(join(folder, 'conductor'), ['--version'], { env });
    const got = await readFile(join(folder, 'got'), 'utf8');
    expect(got).toContain('npm_config_cache=');
    expect(got).toContain('https_proxy=http://proxy.test:3128');
    expect(got).toContain(`PATH=${bin}`);
    expect(got).not.toMatch(/AGE-SECRET|RAILWAY|rail/);
    const command = await readFile(join(folder, 'command-got'), 'utf8');
    expect(command).toContain('CONDUCTOR_AGE_KEY=AGE-SECRET-KEY-1X');
    expect(command).toContain(`CONDUCTOR_COMMAND=${join(folder, 'conductor')}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
