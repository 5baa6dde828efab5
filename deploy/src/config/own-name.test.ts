import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { commandFile } from '../installed.ts';

it('loads the config of a project that has no node_modules', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'conductor-test-'));
  try {
    await writeFile(
      join(folder, 'conductor.config.ts'),
      `import { defineConfig, local } from 'conductor-deploy';
export default defineConfig({ project: 'hello', services: { web: { start: 'python3 app.py', paths: ['/'] } }, environments: { local: { target: local() } } });
`,
    );
    const run = promisify(execFile)(process.execPath, [commandFile, 'status', '--json'], { cwd: folder });
    expect(JSON.parse((await run).stdout)).toMatchObject({ environment: 'local' });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
