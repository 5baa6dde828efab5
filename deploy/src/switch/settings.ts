import { ConductorError, exitCode } from '../errors.ts';

export interface SwitchSettings {
  /** For visitors, or the edge in front of them. */
  readonly port: number;
  /** For `main.ts` with words, on the loopback address. */
  readonly control: number;
  /** File that the table is kept in. */
  readonly state: string;
  /** Name that resolves to the addresses of the edge; null: nobody is believed on whose behalf a request comes. */
  readonly trusted: string | null;
  readonly accessLog: boolean;
  /** DNS server, `address:port`; null: the system's. */
  readonly nameserver: string | null;
  /** Seconds that requests may take to end once the switch was told to. */
  readonly grace: number;
}

/** @throws {ConductorError} `switch.invalid` */
export function readSettings(env: NodeJS.ProcessEnv): SwitchSettings {
  return {
    port: whole(env, 'PORT', 8080),
    control: whole(env, 'CONTROL', 9000),
    state: env.STATE || '/state/table.json',
    trusted: env.TRUSTED || null,
    accessLog: env.ACCESS_LOG !== 'off',
    nameserver: env.NAMESERVER || null,
    grace: whole(env, 'GRACE', 30),
  };
}

function whole(env: NodeJS.ProcessEnv, name: string, usual: number): number {
  const given = env[name];
  if (given === undefined || given === '') return usual;
  if (/^\d{1,5}$/.test(given) && Number(given) <= 65_535) return Number(given);
  throw new ConductorError({
    code: 'switch.invalid',
    message: `${name} is ${JSON.stringify(given)}, not a number from 0 to 65535.`,
    exit: exitCode.usage,
  });
}
