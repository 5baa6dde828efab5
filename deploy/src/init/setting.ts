import { isPlaceholder, looksSecret } from '../checks/plausible.ts';
import { generated, optional, secret, service, store } from '../config/settings.ts';
import type { StoreKind } from '../model/store.ts';
import { partsOfAddresses, readWhole } from './address-parts.ts';
import type { FoundService, FoundSetting, NotCarried, Variable } from './found.ts';
import { isSecretValue, isTelemetry, ownSecret } from './secret-names.ts';
import { type DataService, storeOfAddress, storeOfName, withoutStore } from './stores.ts';

/** What there is for settings to refer to. */
export interface Surroundings {
  readonly services: readonly Pick<FoundService, 'name' | 'visited' | 'static' | 'ports'>[];
  readonly stores: readonly StoreKind[];
  /** Hosts of what is not carried over, by the name that the source gives them. */
  readonly elsewhere?: readonly string[];
  /** Hosts of stores, by the name that the source gives them. */
  readonly hosts?: Readonly<Record<string, StoreKind>>;
}

/** What becomes of the variables of a service. */
export interface Became {
  readonly settings: readonly FoundSetting[];
  /** What it has to read in another way from now on. */
  readonly notCarried: readonly NotCarried[];
  /** Data services that run elsewhere from now on. */
  readonly elsewhere: readonly NotCarried[];
}

/** What Conductor gives every process. */
const surrounding = ['PORT', 'HOST'];

/** What the variables of another tool are in a config. A value that may be secret never gets into it, whatever file it stood in. */
export function settingsOf(variables: readonly Variable[], around: Surroundings): Became {
  const own = variables.filter(({ name }) => !surrounding.includes(name.toUpperCase()));
  const parts = partsOfAddresses(own, around);
  const whole = own.filter(({ name }) => !parts.has(name));
  return {
    settings: whole.map((variable) => settingOf(variable, around)),
    notCarried: [...Map.groupBy(parts, ([, kind]) => kind)].map(([kind, all]) =>
      readWhole(
        kind,
        all.map(([name]) => name),
      ),
    ),
    elsewhere: [
      ...filesOf(whole.filter(({ value }) => isDatabaseFile(value)).map(({ name }) => name)),
      ...whole.flatMap((variable) => {
        if (isDatabaseFile(variable.value)) return [];
        const data = variable.own === false ? undefined : dataIn(variable, around);
        return data && 'other' in data
          ? [withoutStore(`the ${data.other} of ${variable.name}`, data.other, variable.name)]
          : [];
      }),
    ],
  };
}

/** SQLite's file. */
const isDatabaseFile = (value = ''): boolean =>
  /^(file|sqlite3?|jdbc:sqlite):/i.test(value) || /\.(db|sqlite3?)([?#]|$)/i.test(value);

const filesOf = (names: readonly string[]): NotCarried[] =>
  names.length === 0
    ? []
    : [
        {
          what: `the database file of ${names.join(', ')}`,
          why: 'a service has no disk that outlives a release, so it would be lost with each. Keep its data in a store.',
        },
      ];

const dataIn = ({ name, value }: Variable, around: Surroundings): DataService | undefined =>
  (value && storeOfAddress(value)) || addressByName(name, value, around);

function settingOf(variable: Variable, around: Surroundings): FoundSetting {
  const { name, is, of, own, why } = variable;
  const value = variable.value?.trim();
  if (of && 'store' in of) return { name, setting: store(of.store).url };
  if (of && around.services.some((each) => each.name === of.service))
    return { name, setting: service(of.service)[of.property] };
  if (of)
    return { name, setting: secret(name), guess: `it is the address of ${of.service}, which is not here` };
  if (own === false) return { name, setting: secret(name), guess: why };
  const data = dataIn(variable, around);
  if (data && 'store' in data && around.stores.includes(data.store)) {
    const guess =
      is === 'secret' ? 'its value is a secret today, which may be the address of one elsewhere' : undefined;
    return { name, setting: store(data.store).url, guess };
  }
  if (data || pointsElsewhere(value, around)) return { name, setting: secret(name) };
  if (is === 'generated') return { name, setting: generated(32) };
  if (is === 'optional') return { name, setting: optional(secret(name)), guess: why };
  if (is === 'secret' || looksSecret(name) || (value && isSecretValue(value))) {
    if (ownSecret(name)) return { name, setting: generated(32) };
    return { name, setting: isTelemetry(name) ? optional(secret(name)) : secret(name) };
  }
  return plain(name, value, around);
}

/** The host, or the host of the address, of something that is not carried over. */
function pointsElsewhere(value: string | undefined, { elsewhere = [] }: Surroundings): boolean {
  const [, host = value] = /^[a-z][a-z0-9+.-]*:\/\/(?:[^@/]*@)?([^:/]+)/i.exec(value ?? '') ?? [];
  return host !== undefined && elsewhere.includes(host);
}

/** The data service whose address a variable is, as far as it alone tells. */
export const dataOf = (variable: Variable): DataService | undefined =>
  variable.of && 'store' in variable.of
    ? variable.of
    : (variable.value && storeOfAddress(variable.value)) ||
      addressByName(variable.name, variable.value, { stores: [] });

/** A setting that holds a whole address by its name, where no value says of what: `MONGODB_URI=`. */
function addressByName(name: string, value: string | undefined, { stores }: Pick<Surroundings, 'stores'>) {
  if (value && !isPlaceholder(value)) return undefined;
  if (!/(URL|URI|DSN|CONNECTION|CONNECTION_?STRING|CONN_?STR)$/i.test(name)) return undefined;
  const named = storeOfName(name);
  if (named) return named;
  const [only] = stores;
  return /^(DATABASE|DB)_/.test(name) && only === 'mongodb' ? { store: only } : undefined;
}

const isHere = (value: string): boolean =>
  /^(https?:\/\/)?(localhost|127\.0\.0\.1|0\.0\.0\.0)(:\d+)?(\/.*)?$/i.test(value);

/** A value that is no secret. */
function plain(name: string, value: string | undefined, around: Surroundings): FoundSetting {
  if (isTelemetry(name)) return { name, setting: optional(secret(name)) };
  if (!value || isPlaceholder(value)) {
    const guess = 'no value is known, so it is left out until it has one';
    return { name, setting: optional(secret(name)), guess };
  }
  if (/^(NODE|RAILS|RACK|APP|FLASK|GO|GIN|DJANGO|PYTHON)_?(ENV|MODE)$|^ENVIRONMENT$/.test(name)) {
    return { name, setting: /^(dev|development|local|debug)$/i.test(value) ? production(name) : value };
  }
  const address = addressOfService(name, value, around);
  if (address) return address;
  if (isHere(value) && (/^https?:/.test(value) || storeOfName(name))) {
    return { name, setting: secret(name), guess: `${value} is the machine of whoever wrote it` };
  }
  return { name, setting: scalar(value) };
}

const production = (name: string): string => (name === 'GIN_MODE' ? 'release' : 'production');

/** Numbers and booleans as such, where that gives the very same text. */
function scalar(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text;
}

/** `APP_URL=http://localhost:3000`, `API_URL=http://api:4000`: an address of a service of this project. */
function addressOfService(name: string, value: string, { services }: Surroundings): FoundSetting | undefined {
  const [, host = '', port] = /^(?:https?:\/\/)([^:/\s]+)(?::(\d+))?\/?$/.exec(value) ?? [];
  if (host === '') return undefined;
  const byHost = services.find((each) => each.name === host);
  if (byHost) return { name, setting: service(byHost.name).url };
  if (!isHere(value)) return undefined;
  const byPort = services.find(({ ports }) => port !== undefined && ports?.includes(Number(port)));
  const visited = services.filter((each) => each.visited);
  const wanted = /FRONT|CLIENT|WEB|SITE|CORS|ORIGIN/.test(name.toUpperCase())
    ? visited.find((each) => each.static || /web|front|client|site|www|ui/.test(each.name))
    : /API|BACK|SERVER/.test(name.toUpperCase())
      ? visited.find((each) => /api|back|server/.test(each.name))
      : undefined;
  const named = /(URL|URI|ORIGINS?|HOST|DOMAIN)$/.test(name.toUpperCase());
  const it = byPort ?? wanted ?? (named && visited.length === 1 ? visited[0] : undefined);
  return it && { name, setting: service(it.name).url, guess: `it was ${value}` };
}
