import { get } from 'node:http';
import { connect } from 'node:net';

/** Asks a process whether it can take work: null when it can, else the reason, in few words and without secrets. */
export type Probe = () => Promise<string | null>;

/** The reason of what is not there. */
export const nothingListens = 'nothing listens';

/** Milliseconds that an answer may take. */
const patience = 2_000;

/** Healthy: 2xx on `path`, or what else is good there. The Host header is the public one, for services that refuse others. */
export const httpProbe =
  (
    port: number,
    path: string,
    host: string,
    isGood = (status: number) => status >= 200 && status < 300,
  ): Probe =>
  () =>
    new Promise((resolve) => {
      const request = get({
        host: '127.0.0.1',
        port,
        path,
        agent: false,
        headers: { host },
        timeout: patience,
      });
      request.once('response', (answer) => {
        answer.resume();
        const status = answer.statusCode ?? 0;
        resolve(isGood(status) ? null : `${path} answered ${status}`);
      });
      request.once('timeout', () => request.destroy(new Error(`no answer in ${patience / 1000} s`)));
      request.once('error', (error: NodeJS.ErrnoException) => resolve(`${path}: ${words(error)}`));
    });

/** Healthy: it listens. */
const listenProbe =
  (port: number): Probe =>
  () =>
    converse(port, [], () => true);

/**
 * For what has no health path: healthy once it has answered `path` below 500, and then for as long as it listens. Its pages are asked for
 * while it starts only: they may be dear to make.
 */
export function answerProbe(port: number, path: string, host: string): Probe {
  const asks = httpProbe(port, path, host, (status) => status < 500);
  const listens = listenProbe(port);
  let answered = false;
  return async () => {
    const reason = await (answered ? listens : asks)();
    answered ||= reason === null;
    return reason;
  };
}

/** The question `hello` of MongoDB's wire protocol, as OP_MSG: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/ */
const hello = Buffer.concat([
  // Length of all, request, response to, OP_MSG, flags; then the kind of the only section: a document.
  Buffer.from(Int32Array.of(52, 1, 0, 2013, 0).buffer),
  Buffer.of(0),
  // { hello: 1, $db: 'admin' }
  Buffer.from('\x1f\0\0\0\x10hello\0\x01\0\0\0\x02$db\0\x06\0\0\0admin\0\0', 'latin1'),
]);

/** Healthy: MongoDB answers its greeting. That a port accepts connections proves nothing: the kernel does that for a process that hangs, too. */
export const mongoProbe =
  (port: number): Probe =>
  () =>
    new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port });
      const finish = (result: string | null) => {
        socket.destroy();
        resolve(result);
      };
      socket.setTimeout(patience, () => finish(`no answer in ${patience / 1000} s`));
      socket.once('error', (error) => finish(words(error)));
      socket.once('close', () => finish('ended the connection'));
      socket.once('connect', () => socket.write(hello));
      socket.once('data', () => finish(null));
    });

/** Healthy: Redis answers PONG to this password, so it has read its data. */
export const redisProbe =
  (port: number, password: string): Probe =>
  () =>
    converse(port, [`AUTH ${password}`, 'PING'], (answer) => answer.includes('+PONG'));

/** Healthy: it runs. For what has no port and no health of its own. */
export const runningProbe: Probe = async () => null;

/** Opens a connection, says the lines, and waits until the answer is what is wanted. */
export function converse(
  port: number,
  lines: readonly string[],
  isGood: (answer: string) => boolean,
  host = '127.0.0.1',
): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    let answer = '';
    const finish = (result: string | null) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(patience, () => finish(`no answer in ${patience / 1000} s`));
    socket.once('error', (error) => finish(words(error)));
    socket.once('close', () =>
      finish(answer === '' ? 'ended the connection' : `answered ${firstError(answer)}`),
    );
    socket.once('connect', () => {
      if (isGood('')) finish(null);
      else socket.write(lines.map((line) => `${line}\r\n`).join(''));
    });
    socket.on('data', (data) => {
      answer += data;
      if (isGood(answer)) finish(null);
      else if (answer.split('\r\n').length > lines.length) finish(`answered ${firstError(answer)}`);
    });
  });
}

const firstError = (answer: string) => /^-(\w+)/m.exec(answer)?.[1] ?? 'something else';

function words(error: NodeJS.ErrnoException): string {
  if (error.code === 'ECONNREFUSED') return nothingListens;
  return error.code ?? error.message;
}
