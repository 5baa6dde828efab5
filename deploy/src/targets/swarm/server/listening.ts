/** What listens for connections on a machine. */
export interface Listener {
  readonly address: string;
  readonly port: number;
  /** Name of the program; empty where only root may see it. */
  readonly program: string;
}

/** From lines of `ss --no-header --listening --tcp --numeric --processes`. */
export const listenersIn = (lines: readonly string[]): Listener[] =>
  lines.flatMap((line) => {
    const [, , , local = '', , users = ''] = line.trim().split(/\s+/);
    const found = /^(.*):(\d+)$/.exec(local);
    if (!found) return [];
    const address = found[1]!.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');
    return [{ address, port: Number(found[2]), program: /"([^"]+)"/.exec(users)?.[1] ?? '' }];
  });

/** Others than the machine itself reach it. */
export const isPublic = ({ address }: Listener): boolean => !/^(127\.|::1$|::ffff:127\.)/.test(address);

/** `nginx on port 80`. */
export const describe = ({ program, port }: Listener): string => `${program || 'a program'} on port ${port}`;
