import { isPlaceholder, looksSecret } from '../checks/plausible.ts';
import { generated, optional, secret, service, store } from '../config/settings.ts';
import type { StoreKind } from '../model/store.ts';
import type { FoundService, FoundSetting, NotCarried, Variable } from './found.ts';
import { type DataService, storeOfAddress, storeOfName, withoutStore } from './stores.ts';

/** What there is for settings to refer to. */
export interface Surroundings {
  readonly services: readonly Pick<FoundService, 'name' | 'visited' | 'static' | 'ports'>[];
  readonly stores: readonly StoreKind[];
  /** Hosts of data services that are not carried over, by the name that the source gives them. */
  readonly elsewhere?: readonly string[];
}

/** What becomes of a variable. None of the two: Conductor sets it itself. */
export interface Became {
  readonly setting?: FoundSetting;
  readonly notCarried?: NotCarried;
  /** The store whose address it is or was a part of. */
  readonly store?: StoreKind;
}

/** What Conductor gives every process. */
const surrounding = ['PORT', 'HOST'];

/**
 * What a variable of another tool is in a config. A value that may be secret never gets into it, whatever file it stood in.
 */
export function settingOf(variable: Variable, around: Surroundings): Became {
  const { name, is, of, own } = variable;
  const value = variable.value?.trim();
  if (surrounding.includes(name.toUpperCase())) return {};
  if (of) return referring(name, of);
  if (own === false) return { setting: { name, setting: secret(name) } };
  const data = (value && storeOfAddress(value)) || addressByName(name, value, around);
  if (data && 'store' in data) {
    return around.stores.includes(data.store)
      ? { setting: { name, setting: store(data.store).url }, store: data.store }
      : { setting: { name, setting: secret(name) } };
  }
  if (data)
    return {
      setting: { name, setting: secret(name) },
      notCarried: withoutStore(`the ${data.other} of ${name}`, data.other, name),
    };
  const part = partOfAddress(name, value, around);
  if (part) return part;
  if (is === 'generated') return { setting: { name, setting: generated(32) } };
  if (is === 'optional') return { setting: { name, setting: optional(secret(name)) } };
  if (is === 'secret') return { setting: { name, setting: ownSecret(name) ? generated(32) : secret(name) } };
  if (looksSecret(name) || (value && isSecretValue(value))) {
    return {
      setting: ownSecret(name)
        ? { name, setting: generated(32) }
        : { name, setting: isTelemetry(name) ? optional(secret(name)) : secret(name) },
    };
  }
  return plain(name, value, around);
}

/** The data service whose address a variable is, as far as it alone tells. */
export const dataOf = (variable: Variable): DataService | undefined =>
  variable.of && 'store' in variable.of
    ? variable.of
    : (variable.value && storeOfAddress(variable.value)) ||
      addressByName(variable.name, variable.value, { stores: [] });

function referring(name: string, of: NonNullable<Variable['of']>): Became {
  if ('store' in of) return { setting: { name, setting: store(of.store).url }, store: of.store };
  return { setting: { name, setting: service(of.service)[of.property] } };
}

/** A setting that holds a whole address by its name, where no value says of what: `MONGODB_URI=`. */
function addressByName(name: string, value: string | undefined, { stores }: Pick<Surroundings, 'stores'>) {
  if (value && !isPlaceholder(value)) return undefined;
  if (!/(URL|URI|DSN|CONNECTION|CONNECTION_?STRING|CONN_?STR)$/i.test(name)) return undefined;
  const named = storeOfName(name);
  if (named) return named;
  const [only] = stores;
  return /^(DATABASE|DB)_/.test(name) && only === 'mongodb' ? { store: only } : undefined;
}

/** A part of a store's address, such as REDIS_HOST: Conductor gives the whole, as one URL. */
function partOfAddress(name: string, value: string | undefined, around: Surroundings): Became | undefined {
  const data = storeOfName(name);
  const part = /(^|_)(HOST|HOSTNAME|PORT|PASS|PASSWORD|USER|USERNAME|TLS|SSL|AUTH_?SOURCE|INITDB_\w+)$/i.test(
    name,
  );
  if (!part) return undefined;
  if (data && 'store' in data && around.stores.includes(data.store)) {
    const url = data.store === 'mongodb' ? 'MONGO_URL' : 'REDIS_URL';
    return {
      store: data.store,
      notCarried: {
        what: name,
        why: `Conductor gives the address of a store as one URL, with its password: read ${url} in its place.`,
      },
    };
  }
  // The address of something that runs elsewhere from now on.
  const isHost = /(HOST|HOSTNAME)$/i.test(name) && value !== undefined;
  return isHost && (around.elsewhere?.includes(value) || (data && /^(localhost|127\.0\.0\.1)$/.test(value)))
    ? { setting: { name, setting: secret(name) } }
    : undefined;
}

/** Words of names of secrets that nobody outside knows. */
const ownWords =
  /^(APP|SESSIONS?|COOKIES?|JWT|AUTH|NEXTAUTH|BETTER|CSRF|XSRF|DJANGO|FLASK|EXPRESS|RAILS|FASTIFY|NUXT|NEXT|ACCESS|REFRESH|TOKEN|TOKENS|SECRET|SECRETS|KEY|KEYS|BASE|SIGNING|SIGN|HASH|SALT|SERVER|INTERNAL|CRON|SETUP|METRICS|PAYLOAD|ADMIN|PASSPORT|EMAIL|VERIFICATION|RESET)$/;

/** A secret that the project may choose by itself: a random one will do. */
function ownSecret(name: string): boolean {
  const words = name
    .toUpperCase()
    .split('_')
    .filter((word) => !/^\d*$/.test(word));
  if (!words.every((word) => ownWords.test(word))) return false;
  if (words.some((word) => /^(SECRETS?|SALT)$/.test(word))) return true;
  return /^(JWT|SESSION|COOKIE|SIGNING|CSRF|METRICS|SETUP|INTERNAL|CRON)_(.*_)?(KEYS?|TOKEN)$/.test(
    name.toUpperCase(),
  );
}

const isTelemetry = (name: string): boolean =>
  /SENTRY|POSTHOG|DATADOG|(^|_)DD_|NEW_?RELIC|GOOGLE_ANALYTICS|(^|_)GA_|GTM|MIXPANEL|LOGTAIL|HONEYCOMB|ROLLBAR|BUGSNAG|PLAUSIBLE|UMAMI|LOGROCKET|AMPLITUDE/.test(
    name.toUpperCase(),
  );

/** What looks like a secret whatever its name is: an address with a password, a token of a known form, a long random text. */
function isSecretValue(value: string): boolean {
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/\s@]*:[^/\s@]+@/i.test(value)) return true;
  if (
    /^([sprw]k_(live|test)_|gh[pousr]_|github_pat_|glpat-|xox[abp]-|AKIA|ASIA|eyJ|SG\.|sk-|rk-|-----BEGIN)/.test(
      value,
    )
  )
    return true;
  return (
    /^[A-Za-z0-9+/_=-]{24,}$/.test(value) &&
    [/[a-z]/, /[A-Z]/, /\d/].every((kind) => kind.test(value)) &&
    !/[-_/]/.test(value.slice(0, 12))
  );
}

const isHere = (value: string): boolean =>
  /^(https?:\/\/)?(localhost|127\.0\.0\.1|0\.0\.0\.0)(:\d+)?(\/.*)?$/i.test(value);

/** A value that is no secret. */
function plain(name: string, value: string | undefined, around: Surroundings): Became {
  if (isTelemetry(name)) return { setting: { name, setting: optional(secret(name)) } };
  if (!value || isPlaceholder(value)) {
    return {
      setting: {
        name,
        setting: optional(secret(name)),
        guess: 'no value is known, so it is left out until it has one',
      },
    };
  }
  if (/^(NODE|RAILS|RACK|APP|FLASK|GO|GIN|DJANGO|PYTHON)_?(ENV|MODE)$|^ENVIRONMENT$/.test(name)) {
    return {
      setting: { name, setting: /^(dev|development|local|debug)$/i.test(value) ? production(name) : value },
    };
  }
  const address = addressOfService(name, value, around);
  if (address) return { setting: address };
  if (/^https?:\/\//.test(value) && isHere(value))
    return {
      setting: { name, setting: secret(name), guess: `${value} is on the machine of whoever wrote it` },
    };
  return { setting: { name, setting: scalar(value) } };
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
