import { request } from 'node:http';
import { ConductorError, exitCode } from '../errors.ts';
import { errorOf } from './control.ts';
import { invalid } from './protocol.ts';

/** Seconds, where none are said. */
const usual = { route: 10, drained: 30 };

/**
 * Asks the switch of this machine (or container), and prints its answer: a JSON document on stdout, or an error on stderr.
 * @returns exit code
 */
export async function ask(
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  control: number,
): Promise<number> {
  try {
    const { status, text } = await post(control, words[0]!, orderOf(words, env));
    await print(status === 200 ? process.stdout : process.stderr, text);
    return status === 200 ? 0 : 1;
  } catch (error) {
    await print(process.stderr, JSON.stringify(errorOf(error)));
    return 1;
  }
}

function orderOf([verb, ...rest]: readonly string[], env: NodeJS.ProcessEnv): object {
  if (verb === 'route')
    return { table: json('CONDUCTOR_TABLE', env.CONDUCTOR_TABLE), within: seconds(rest[0], usual.route) };
  if (verb === 'maintenance') {
    const { CONDUCTOR_MAINTENANCE: notice } = env;
    return notice === undefined ? {} : { closed: json('CONDUCTOR_MAINTENANCE', notice) };
  }
  if (verb === 'drained') return { release: rest[0] ?? '', within: seconds(rest[1], usual.drained) };
  if (verb === 'probe') return { probe: json('CONDUCTOR_PROBE', env.CONDUCTOR_PROBE) };
  if (verb === 'table' || verb === 'traffic') return {};
  throw invalid(`${verb} is no verb: table, route, traffic, maintenance, drained, probe, tunnel.`);
}

/** There may be a secret in it: of a value that is no JSON, nothing is said. */
function json(name: string, text = ''): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(`${name} is not JSON.`);
  }
}

function seconds(word: string | undefined, otherwise: number): number {
  if (word === undefined) return otherwise;
  if (/^\d{1,5}$/.test(word)) return Number(word);
  throw invalid(`${word} is no number of seconds.`);
}

function post(port: number, verb: string, order: object): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: `/v1/${verb}`, method: 'POST' }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece) => {
        text += piece;
      });
      answer.once('error', (error) => reject(notRunning(port, error)));
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    asked.once('error', (error) => reject(notRunning(port, error)));
    asked.end(JSON.stringify(order));
  });
}

const notRunning = (port: number, cause: Error): ConductorError =>
  new ConductorError({
    code: 'switch.not-running',
    message: `The switch does not answer on port ${port} of its own machine: ${cause.message}.`,
    hint: 'It is starting, or has ended. Look at its log.',
    exit: exitCode.unknown,
    cause,
  });

const print = (to: NodeJS.WriteStream, text: string): Promise<void> =>
  new Promise((resolve) => {
    to.write(`${text}\n`, () => resolve());
  });
