import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { describeListening, listeningOf } from './listening.ts';

it.runIf(process.platform === 'linux')('finds where a process and what it has started listen', async () => {
  const program = `
    const { createServer } = require('node:net');
    const server = createServer().listen(0, '127.0.0.1', () => console.log(server.address().port));
  `;
  // The one that leads the group only starts the other.
  const child = spawn('sh', ['-c', `"${process.execPath}" -e "$0"; true`, program], { detached: true });
  try {
    const [said] = await once(child.stdout, 'data');
    expect(await listeningOf(child.pid!)).toEqual([{ host: '127.0.0.1', port: Number(said) }]);
  } finally {
    process.kill(-child.pid!, 'SIGKILL');
  }
});

it('says what is wrong with where it listens, and what to change', () => {
  expect(describeListening([], 4000)).toContain('it listens nowhere');
  expect(describeListening([{ host: '*', port: 3000 }], 4000)).toBe(
    'it listens on 3000 instead: it must listen on PORT',
  );
  expect(describeListening([{ host: '::1', port: 4000 }], 4000)).toBe(
    'it listens on port 4000 of ::1 only, not of 127.0.0.1, which HOST tells it',
  );
});
