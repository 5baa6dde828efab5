import { commandOf, commandOfWords } from '../command-line.ts';
import type { Command } from '../found.ts';

export interface DockerfileFacts {
  /** What its last stage is made from, such as `nginx:1.27-alpine`. */
  readonly from: string;
  /** What its image runs: ENTRYPOINT and CMD. */
  readonly command?: Command | undefined;
  /** Its ENTRYPOINT alone, which whoever gives another command leaves in force. */
  readonly entrypoint?: readonly string[] | undefined;
  readonly port?: number | undefined;
  /** Path that its HEALTHCHECK asks. */
  readonly health?: string | undefined;
}

/**
 * The last stage of a Dockerfile, as far as it says what runs. A text that is no Dockerfile says nothing.
 * https://docs.docker.com/reference/dockerfile/
 */
export function readDockerfile(text: string): DockerfileFacts {
  const stages = new Map<string, Stage>();
  let stage: Stage = { from: '' };
  for (const { word, rest } of instructions(text)) {
    if (word === 'FROM') {
      const [, image = '', name] = /^(?:--\S+\s+)*(\S+)(?:\s+as\s+(\S+))?/i.exec(rest) ?? [];
      // A stage has what the one that it is made from has.
      stage = { ...(stages.get(image.toLowerCase()) ?? { from: image }) };
      if (name) stages.set(name.toLowerCase(), stage);
    } else if (word === 'CMD') stage.cmd = rest;
    else if (word === 'ENTRYPOINT') {
      stage.entrypoint = rest;
      delete stage.cmd;
    } else if (word === 'EXPOSE') stage.port ??= portIn(rest);
    else if (word === 'HEALTHCHECK') stage.health = healthPath(rest);
  }
  const { from, port, health } = stage;
  const entrypoint = stage.entrypoint === undefined ? undefined : withoutInit(listed(stage.entrypoint) ?? []);
  return { from, command: commandIn(stage), ...(entrypoint?.length && { entrypoint }), port, health };
}

interface Stage {
  from: string;
  cmd?: string;
  entrypoint?: string;
  port?: number | undefined;
  health?: string | undefined;
}

function instructions(text: string): { word: string; rest: string }[] {
  const lines = text
    .split(/\r?\n/)
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replaceAll(/[\\`][^\S\n]*\n/g, ' ');
  return lines.split('\n').flatMap((line) => {
    const [, word = '', rest = ''] = /^\s*([A-Za-z]+)\s+(.*)$/.exec(line) ?? [];
    return word === '' ? [] : [{ word: word.toUpperCase(), rest: rest.trim() }];
  });
}

function commandIn({ cmd, entrypoint }: Stage): Command | undefined {
  if (entrypoint === undefined) return cmd === undefined ? undefined : single(cmd);
  const words = listed(entrypoint);
  if (!words) return commandOf(entrypoint);
  const more = cmd === undefined ? [] : (listed(cmd) ?? ['sh', '-c', cmd]);
  return commandOfWords([...withoutInit(words), ...more]);
}

/** tini and dumb-init only pass on signals, which the program gets without them, too. */
const withoutInit = (words: readonly string[]): readonly string[] =>
  /(^|\/)(tini|dumb-init)$/.test(words[0] ?? '')
    ? words.slice(1).filter((word) => word !== '--' && !/^-\w$/.test(word))
    : words;

const single = (line: string): Command | undefined => {
  const words = listed(line);
  return words ? commandOfWords(words) : commandOf(line);
};

/** `["node", "server.js"]`: undefined for a line of a shell. */
function listed(line: string): string[] | undefined {
  if (!line.startsWith('[')) return undefined;
  try {
    const words: unknown = JSON.parse(line);
    return Array.isArray(words) && words.every((word) => typeof word === 'string') ? words : undefined;
  } catch {
    return undefined;
  }
}

const portIn = (rest: string): number | undefined => {
  const [, port] = /^(\d{1,5})(?:\/tcp)?(\s|$)/.exec(rest) ?? [];
  return port === undefined ? undefined : Number(port);
};

/** Path of the address that a command of a health check asks: `curl -f http://localhost:3000/health`. */
export function healthPath(command: string): string | undefined {
  const [, path] =
    /https?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::[\w${}:.-]+)?(\/[\w./-]*)?/i.exec(command) ??
    [];
  return path;
}
