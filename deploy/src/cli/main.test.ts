import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

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

/** A project whose lint goes on for a minute, and the command that asks its checks. */
function checking() {
  const folder = mkdtempSync(join(tmpdir(), 'conductor-main-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  writeFileSync(
    join(folder, 'conductor.config.ts'),
    `export default {
  project: 'shop',
  services: { web: { start: 'node web.ts' } },
  commands: { lint: 'sleep 60' },
  environments: { local: { target: { kind: 'local', settings: {} }, checks: { only: ['lint'] } } },
};\n`,
  );
  execFileSync('git', ['init', '--quiet', folder]);
  const child = spawn(process.execPath, [join(import.meta.dirname, '../main.ts'), 'check'], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', XDG_RUNTIME_DIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let said = '';
  const asking = new Promise<void>((resolve) => {
    child.stderr.on('data', (piece: Buffer) => {
      said += piece;
      if (said.includes('checks')) resolve();
    });
  });
  return { child, ended, asking, said: () => said };
}

it.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)(
  '%s ends a command, which says so and nothing else',
  async (signal) => {
    const { child, ended, asking, said } = checking();
    await asking;
    const began = performance.now();
    child.kill(signal);
    expect(await ended).toBe(130);
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(said()).toContain(`Interrupted by ${signal}.`);
    expect(said()).not.toContain('Conductor itself failed');
  },
);

it('goes on when nobody reads any more what it says', async () => {
  const { child, ended, asking } = checking();
  await asking;
  child.stderr.destroy();
  child.stdout.destroy();
  child.kill('SIGTERM');
  expect(await ended).toBe(130);
});
