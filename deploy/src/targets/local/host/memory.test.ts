import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { availableMemory, memoryOf, shortage } from './memory.ts';

it('counts what a group of processes holds, its children included, and nothing of others', async () => {
  const program = `
    const { spawn } = require('node:child_process');
    const held = Buffer.alloc(64e6, 1);
    if (process.argv[1] === 'parent') spawn(process.execPath, ['-e', process.env.PROGRAM, 'child'], { stdio: 'inherit' });
    console.log(held.length);
    setInterval(() => held, 1e9);`;
  const parent = spawn(process.execPath, ['-e', program, 'parent'], {
    detached: true,
    env: { ...process.env, PROGRAM: program },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { pid } = parent;
  if (pid === undefined) throw new Error('It did not start.');
  onTestFinished(() => void process.kill(-pid, 'SIGKILL'));
  let said = '';
  parent.stdout.on('data', (piece: Buffer) => {
    said += piece;
  });
  await expect.poll(() => said, { timeout: 10_000 }).toBe('64000000\n64000000\n');
  const held = await memoryOf([pid]);
  expect(held).toBeGreaterThan(2 * 64e6);
  expect(held).toBeLessThan(2 * 64e6 + 400e6);
  process.kill(-pid, 'SIGKILL');
  await once(parent, 'exit');
  await expect.poll(() => memoryOf([pid])).toBe(0);
});

it('this machine says how much is left', async () => {
  const left = await availableMemory();
  if (process.platform === 'linux') expect(left).toBeGreaterThan(1e6);
  else expect(left).toBeNull();
});

it('less than twice what it holds is too little', () => {
  expect(shortage(100e6, 200e6)).toBeNull();
  expect(shortage(100e6, 199e6)).toBe('it holds 100 MB, and this machine has 199 MB left');
  expect(shortage(100e6, null)).toBeNull();
});
