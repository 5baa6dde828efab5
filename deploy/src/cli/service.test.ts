import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TestProject } from '../../test/project.ts';

let project: TestProject;
let units: string;
let bin: string;
beforeEach(async () => {
  project = await TestProject.create();
  bin = join(project.folder, 'bin');
  units = join(project.folder, 'config', 'systemd', 'user');
  mkdirSync(bin);
  vi.stubEnv('XDG_CONFIG_HOME', join(project.folder, 'config'));
  vi.stubEnv('PATH', bin);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await project.remove();
});

/** A systemctl that notes what it is called with, and knows one unit. */
function systemctl(state: 'running' | 'offline', refuse = ''): void {
  const calls = join(project.folder, 'calls');
  const enabled = join(project.folder, 'enabled');
  writeFileSync(
    join(bin, 'systemctl'),
    `#!/bin/sh
[ "$1" = --user ] && shift
case $1 in
  is-system-running) echo ${state}; [ ${state} = running ]; exit ;;
  is-enabled) [ -e '${enabled}' ] && { echo enabled; exit 0; }; echo not-found; exit 4 ;;
  is-active) echo inactive; exit 3 ;;
  ${refuse || 'none'}) echo "it says no" >&2; exit 1 ;;
  enable) : >'${enabled}' ;;
  disable) /bin/rm -f '${enabled}' ;;
esac
echo "$*" >>'${calls}'
`,
  );
  chmodSync(join(bin, 'systemctl'), 0o755);
}
const calls = () => {
  const file = join(project.folder, 'calls');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
};
const facts = async (line: string) => {
  const { code, stdout, stderr } = await project.run(`${line} --json`);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
};

describe('service', () => {
  it('is installed, shown, brought up to date and uninstalled', async () => {
    systemctl('running');
    const before = await facts('service status test');
    expect(before).toMatchObject({ environment: 'test', installed: false, enabled: 'not-found' });
    const said = await project.run('service install test');
    expect([said.code, said.stderr]).toEqual([
      0,
      expect.stringContaining(`loginctl enable-linger ${userInfo().username}`),
    ]);
    expect(calls()).toEqual(['daemon-reload', `enable ${before.unit}`]);
    expect(before.file).toBe(join(units, before.unit));
    expect(readFileSync(before.file, 'utf8')).toContain(`WorkingDirectory=${project.folder}\n`);
    const installed = { installed: true, current: true, enabled: 'enabled', active: 'inactive' };
    expect(await facts('service')).toMatchObject(installed);

    writeFileSync(before.file, readFileSync(before.file, 'utf8').replace('RestartSec=30', 'RestartSec=1'));
    expect(await facts('service status')).toMatchObject({ current: false });
    expect((await project.run('service')).stdout).toContain('conductor service install test');
    expect(await facts('service install')).toMatchObject(installed);

    expect(await facts('service uninstall')).toMatchObject({ installed: false, enabled: 'not-found' });
    expect(existsSync(before.file)).toBe(false);
    expect(calls().slice(-2)).toEqual([`disable ${before.unit}`, 'daemon-reload']);
    expect(await facts('service uninstall')).toMatchObject({ installed: false });
  });

  it('is only written where systemd does not run, with what to type where it does', async () => {
    systemctl('offline');
    const { code, stderr } = await project.run('service install test');
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /systemd does not run here[\s\S]*systemctl --user daemon-reload\n.*systemctl --user enable conductor-shop-test-/,
    );
    expect(calls()).toEqual([]);
    expect(await facts('service')).toMatchObject({ installed: true, enabled: null, active: null });
  });

  it('is refused without systemd, with what to do instead, but can be printed', async () => {
    const refused = await project.run('service install test');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('conductor start test')]);
    expect(existsSync(units)).toBe(false);
    const { code, stdout } = await project.run('service install test --print');
    expect([code, stdout]).toEqual([0, expect.stringContaining('ExecStart=')]);
    expect(existsSync(units)).toBe(false);
  });

  it('says what systemd said when it refuses', async () => {
    systemctl('running', 'enable');
    const { code, stderr } = await project.run('service install test');
    expect([code, stderr]).toEqual([3, expect.stringContaining('it says no')]);
  });

  it("touches no unit that is somebody else's", async () => {
    systemctl('running');
    const { file } = await facts('service');
    mkdirSync(units, { recursive: true });
    writeFileSync(file, '[Unit]\nDescription=mine\n');
    for (const action of ['install', 'uninstall']) {
      const { code, stderr } = await project.run(`service ${action} test`);
      expect([code, stderr]).toEqual([3, expect.stringContaining('is left as it is')]);
    }
    expect(readFileSync(file, 'utf8')).toBe('[Unit]\nDescription=mine\n');
  });

  it('holds no secret, and no setting', async () => {
    await project.describe('good', { PLAIN: 'a-plain-setting', TOKEN: { kind: 'generated', bytes: 32 } });
    const { stdout } = await project.run('service install test --print');
    expect(stdout).not.toContain('a-plain-setting');
    expect(stdout).not.toMatch(/TOKEN|KEY|DB=/);
  });

  it('needs root for the whole machine', async () => {
    systemctl('running');
    const getuid = vi.spyOn(process, 'getuid').mockReturnValue(1000);
    const { code, stderr } = await project.run('service install test --system');
    getuid.mockRestore();
    expect([code, stderr]).toEqual([2, expect.stringContaining('Only root')]);
    expect(calls()).toEqual([]);
  });
});
