import { commandOf, lineOf } from './command-line.ts';
import type { Command } from './found.ts';

/** Where a command says on which port it listens. */
const fixed =
  /((?:^|\s)(?:--port|--http-port|--server\.port|-p)[= ]|(?:^|\s)(?:--bind|--listen|--address|-b|-l)[= ]\S*?:|\b(?:0\.0\.0\.0|127\.0\.0\.1|localhost):|(?:^|\s):)(\d{2,5})(?=\s|$)/;

/** Programs that ask for no PORT, by how they are told. */
const deaf: readonly (readonly [RegExp, string])[] = [
  [/\buvicorn\s/, ' --host 0.0.0.0 --port $PORT'],
  [/\bfastapi run\b/, ' --port $PORT'],
  [/\bhypercorn\s/, ' --bind 0.0.0.0:$PORT'],
  [/\bdaphne\s/, ' --bind 0.0.0.0 --port $PORT'],
  [/\bcelery\b.*\sflower\b/, ' --port=$PORT'],
  [/\bstreamlit run\b/, ' --server.port $PORT'],
  [/\bmkdocs serve\b/, ' --dev-addr 0.0.0.0:$PORT'],
];

/** The same command on the port that Conductor gives, with what was changed; undefined where nothing has to be. */
export function onOwnPort(
  command: Command,
): { readonly command: Command; readonly guess: string } | undefined {
  const line = lineOf(command);
  if (/\$\{?PORT\b/.test(line)) return undefined;
  const found = fixed.exec(line);
  if (found) {
    const [whole, before = '', port] = found;
    const text = line.replace(whole, `${before}$PORT`);
    return { command: shell(text), guess: `it listened on ${port}; Conductor gives it a port, in PORT` };
  }
  const told = deaf.find(([program]) => program.test(`${line} `))?.[1];
  return told === undefined || /(--port|--bind|-p|-b|--server\.port)\b/.test(line)
    ? undefined
    : { command: shell(`${line}${told}`), guess: 'it does not look at PORT by itself' };
}

/** A line that has its exec already stays as it is. */
const shell = (line: string): Command => commandOf(line) ?? line;
