/**
 * A link that opens something for whoever has it: a page of a public service, with a secret behind `#`, which browsers send to nobody.
 * Conductor puts it together from the release that is live; nothing runs for that.
 */
export interface SecretLink {
  readonly kind: 'link';
  /** The public service whose page it opens. */
  readonly page: string;
  readonly path: string;
  /** Variable of the service that declares it, whose value is the secret. */
  readonly token: string;
  /** The link works for as long as this public path of the service that declares it answers with such a text. */
  readonly while: { readonly path: string; readonly contains: string };
  /** What to say when it works no more. */
  readonly otherwise: string;
}

/** What people can ask of a service by a name: a line that runs with its settings, shell-free, or a link. */
export type ServiceCommand = readonly string[] | SecretLink;

export const isLink = (command: ServiceCommand): command is SecretLink => 'kind' in command;
