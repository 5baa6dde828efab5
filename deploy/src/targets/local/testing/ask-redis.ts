import { connect } from 'node:net';

/** Sends commands to Redis, after its password, and answers with all that it says. */
export function askRedis(url: string, ...commands: string[]): Promise<string> {
  const { password, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1');
    let answer = '';
    socket.once('error', reject);
    socket.once('connect', () => socket.write([`AUTH ${password}`, ...commands, 'QUIT', ''].join('\r\n')));
    socket.on('data', (data) => {
      answer += data;
    });
    socket.once('close', () => resolve(answer));
  });
}
