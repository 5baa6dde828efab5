import { connect } from 'node:net';

/** What a load of requests came to. */
export interface Load {
  /** Answers per second. */
  readonly rate: number;
  /** Milliseconds of the longest time in which no connection got an answer. */
  readonly longestGap: number;
}

const request = Buffer.from(
  'GET /a/path?limit=20 HTTP/1.1\r\nHost: crm.test\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n',
);

/**
 * Asks a port over and over on kept connections, each for the next answer as soon as it has one.
 * @throws when an answer is not the service's (200 and 1 kB), or a connection ends
 */
export function load(port: number, { connections, ms }: { connections: number; ms: number }): Promise<Load> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    let answers = 0;
    let last = began;
    let longestGap = 0;
    const sockets = Array.from({ length: connections }, () => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      let missing = 0;
      socket.on('data', (data: Buffer) => {
        if (missing === 0) {
          const head = data.indexOf('\r\n\r\n') + 4;
          const text = data.toString('latin1', 0, head);
          if (!text.startsWith('HTTP/1.1 200')) return reject(new Error(`Not an answer: ${text}`));
          // Who does not pass the request on is quick, too.
          if (!/^content-length: 1024\r$/im.test(text))
            return reject(new Error(`Not the service's: ${text}`));
          missing = head + 1_024;
        }
        missing -= data.length;
        if (missing > 0) return;
        answers++;
        const now = performance.now();
        longestGap = Math.max(longestGap, now - last);
        last = now;
        socket.write(request);
      });
      socket.once('close', () => reject(new Error('The connection was closed.')));
      socket.on('error', reject);
      socket.write(request);
      return socket;
    });
    setTimeout(() => {
      const rate = answers / ((performance.now() - began) / 1_000);
      for (const socket of sockets) socket.removeAllListeners('close').destroy();
      resolve({ rate, longestGap });
    }, ms);
  });
}
