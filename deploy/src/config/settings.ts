/**
 * What a setting in `conductor.config.ts` can be: a plain value, or one of the references below, which are resolved for one
 * environment just before a deploy ({@link file://./resolve.ts}). They are plain data, so that a config can be printed and compared.
 */

/** The address of a store, as the target provides it. */
export interface StoreReference {
  readonly kind: 'store';
  readonly store: string;
  readonly property: 'url';
}

/** The public address of a service (`url`: `https://example.com`; `host`: `example.com`, with its port unless it is the usual one). */
export interface ServiceReference {
  readonly kind: 'service';
  readonly service: string;
  readonly property: 'url' | 'host';
}

/** Where a secret is kept that is not kept with the code: in a vault, a file, a variable, or what a program says. */
export type SecretAddress =
  | `op://${string}`
  | `aws-sm://${string}`
  | `env:${string}`
  | `file:${string}`
  | `cmd:${string}`;

/** A value kept by the environment's secret storage, or elsewhere. It is required: without it nothing is deployed. */
export interface SecretReference {
  readonly kind: 'secret';
  /** Where it is kept elsewhere, its address: see `secret-address.ts`. */
  readonly name: string;
}

/** A random value, made once per environment and kept there as a secret. */
export interface GeneratedReference {
  readonly kind: 'generated';
  /** Bytes of randomness; the value is their base64url form. */
  readonly bytes: number;
}

/** A setting that each environment has to give itself. */
export interface RequiredReference {
  readonly kind: 'required';
  /** What it is, shown when it is missing. */
  readonly what: string;
}

/** A setting that is left out where its secret has no value. */
export interface OptionalReference {
  readonly kind: 'optional';
  readonly setting: SecretReference;
}

/** Whom the environment's backups are encrypted to, as `backups.recipients` says; left out where it has no backups. */
export interface RecipientsReference {
  readonly kind: 'recipients';
}

/** Whose word on a visitor's address counts: the target's own proxies. */
export interface ProxiesReference {
  readonly kind: 'proxies';
}

export type Reference =
  | StoreReference
  | ServiceReference
  | SecretReference
  | GeneratedReference
  | RequiredReference
  | OptionalReference
  | RecipientsReference
  | ProxiesReference;

export type Setting = string | number | boolean | Reference;

/** A setting in one environment: what its kind of target says is filled in. */
export type EnvironmentSetting = Exclude<Setting, ProxiesReference>;

/** A store's address: `MONGO_URL: store('mongodb').url`. */
export const store = (name: string): { readonly url: StoreReference } => ({
  url: { kind: 'store', store: name, property: 'url' },
});

/** A service's public address: `BACKEND_URL: service('backend').url`. */
export const service = (
  name: string,
): { readonly url: ServiceReference; readonly host: ServiceReference } => ({
  url: { kind: 'service', service: name, property: 'url' },
  host: { kind: 'service', service: name, property: 'host' },
});

/**
 * A value from the environment's secrets: `SMTP_PASSWORD: secret('SMTP_PASSWORD')`; with `from`, one that is kept elsewhere and read by each
 * deploy: `SMTP_PASSWORD: secret.from('op://team/smtp/password')`.
 */
export const secret = Object.assign((name: string): SecretReference => ({ kind: 'secret', name }), {
  from: (address: SecretAddress): SecretReference => ({ kind: 'secret', name: address }),
});

/** A random value of so many bytes, made once per environment: `SECRET_KEY: generated(32)`. */
export const generated = (bytes: number): GeneratedReference => ({ kind: 'generated', bytes });

/** A value that each environment must give in its own `settings`: `SENDER: required('the address that mails come from')`. */
export const required = (what: string): RequiredReference => ({ kind: 'required', what });

/** A secret that may be missing; the setting is then left out: `SENTRY_DSN: optional(secret('SENTRY_DSN'))`. */
export const optional = (setting: SecretReference): OptionalReference => ({ kind: 'optional', setting });

/**
 * The keys that the environment's backups are encrypted to, separated by commas, or `none`: whoever makes backups makes them for the same as
 * `conductor backup` does. `BACKUP_RECIPIENTS: backupRecipients()`.
 */
export const backupRecipients = (): RecipientsReference => ({ kind: 'recipients' });

/**
 * The addresses and networks of the proxies that the target puts in front of the services, separated by commas, or `none`: whose
 * `X-Forwarded-For` is to be believed. `TRUSTED_PROXIES: trustedProxies()`.
 */
export const trustedProxies = (): ProxiesReference => ({ kind: 'proxies' });
