import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('a mistake that nobody caught is told without secrets, and ends with 1', () => {
  const folder = mkdtempSync(join(tmpdir(), 'conductor-main-'));
  try {
    writeFileSync(
      join(folder, 'conductor.config.ts'),
      `export default {
  project: 'shop',
  services: { web: { start: 'node web.ts', settings: { TOKEN: { kind: 'secret', name: 'TOKEN' } } } },
  environments: { local: { target: { kind: 'local', settings: {} } } },
};\n`,
    );
    // Thrown where nobody waits for it, when the command is through.
    const preload = join(folder, 'preload.mjs');
    writeFileSync(
      preload,
      `process.on('beforeExit', () => { throw new Error('it shows ' + process.env.TOKEN); });\n`,
    );
    execFileSync('git', ['init', '--quiet', folder]);
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--import', preload, join(import.meta.dirname, '../main.ts'), 'status'],
      {
        cwd: folder,
        encoding: 'utf8',
        env: {
          ...process.env,
          TOKEN: 'canary-4711-value',
          CONDUCTOR_DEBUG: '1',
          NO_COLOR: '1',
          XDG_RUNTIME_DIR: folder,
        },
      },
    );
    expect(stderr).toContain('Conductor itself failed: it shows [TOKEN]');
    expect(stderr).not.toContain('canary-4711');
    expect(status).toBe(1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
