/** Where the project's code is kept: `github.com` and `owner/name`. */
export interface Repository {
  readonly host: string;
  readonly name: string;
}

/**
 * Reads `owner/name`, which is on GitHub, or an address as people and git write it (`https://host/owner/name.git`,
 * `git@host:owner/name.git`). Null for what is neither, such as a folder. A user or password in an address is left out.
 */
export function repositoryIn(text: string): Repository | null {
  if (/^[\w.-]+\/[\w.-]+$/.test(text) && !text.startsWith('.')) return { host: 'github.com', name: text };
  const address = /^(?:https?|ssh|git):\/\/(?:[^@/]*@)?([\w.-]+)(?::\d+)?\/(.+)$/.exec(text);
  const short = /^(?:[^@/]+@)?([\w-]+\.[\w.-]+):(.+)$/.exec(text);
  const [, host, name] = address ?? short ?? [];
  return host && name ? { host, name: name.replace(/\/$/, '').replace(/\.git$/, '') } : null;
}

/** Its address, for people and for git. */
export const repositoryUrl = ({ host, name }: Repository): string => `https://${host}/${name}`;
