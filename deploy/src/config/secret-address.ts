import { z } from 'zod';
import { commandWords } from './command.ts';
import type { SecretAddress } from './settings.ts';

/** An address, taken apart. */
export type SecretPlace =
  /** 1Password's own secret reference. */
  | { readonly kind: 'op'; readonly reference: string }
  /** Of AWS Secrets Manager: name or ARN; `key`: a field of the JSON that it holds. */
  | { readonly kind: 'aws-sm'; readonly id: string; readonly region?: string; readonly key?: string }
  | { readonly kind: 'env'; readonly name: string }
  /** Relative to the project, and inside it, or absolute. */
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'cmd'; readonly words: readonly string[] };

const forms = "'op://vault/item/field', 'aws-sm://name#key', 'env:NAME', 'file:path' or 'cmd:program words'";
const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A secret that is kept with the code has the name of a variable; an address has a colon. */
export const isAddress = (name: string): name is SecretAddress => name.includes(':');

/** @throws {Error} with what is wrong with it, for people. */
export function parseSecretAddress(address: string): SecretPlace {
  const at = address.indexOf(':');
  const rest = address.slice(at + 1);
  switch (address.slice(0, at)) {
    case 'op':
      if (!/^\/\/[^/]+\/[^/]+(?:\/[^/?]+){1,2}(?:\?[\w=&-]+)?$/.test(rest))
        throw new Error('is not a secret reference of 1Password, such as op://vault/item/field');
      return { kind: 'op', reference: address };
    case 'aws-sm': {
      const found =
        /^\/\/(?<id>[\w/+=.@:][\w/+=.@:-]*)(?:\?region=(?<region>[a-z0-9-]+))?(?:#(?<key>.+))?$/.exec(rest);
      if (!found?.groups)
        throw new Error(
          'is not a secret of AWS Secrets Manager, such as aws-sm://name#key or aws-sm://name?region=eu-west-1',
        );
      const { id, region, key } = found.groups;
      return { kind: 'aws-sm', id: id!, ...(region && { region }), ...(key && { key }) };
    }
    case 'env':
      if (!variableName.test(rest)) throw new Error('does not name a variable, as env:NAME does');
      return { kind: 'env', name: rest };
    case 'file':
      if (rest.trim() === '' || rest.startsWith('~') || rest.split('/').includes('..'))
        throw new Error(
          'is not a file inside the project (file:secrets/smtp) nor an absolute one (file:/run/secrets/smtp)',
        );
      return { kind: 'file', path: rest };
    case 'cmd':
      return { kind: 'cmd', words: commandWords(rest) };
    default:
      throw new Error(`is not an address of a secret; one is ${forms}`);
  }
}

/** What is wrong with the name of a secret; undefined when nothing is. */
export function secretNameMistake(name: string): string | undefined {
  if (!isAddress(name))
    return variableName.test(name) ? undefined : 'is not a name that an environment variable can have';
  try {
    parseSecretAddress(name);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The name of a secret, or its address. */
export const secretName = z.string().superRefine((name, context) => {
  const message = secretNameMistake(name);
  if (message) context.addIssue({ code: 'custom', message });
});
