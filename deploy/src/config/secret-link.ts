import type { SecretLink } from '../model/service-command.ts';

/**
 * A command of a service that is a link with a secret: `conductor run` prints it, and a deploy tells of it for as long as it works.
 * `'setup-link': secretLink({ page: 'frontend', path: '/setup', token: 'SETUP_TOKEN', while: { path: '/api/setup', contains: 'true' },
 * otherwise: 'It is set up already.' })`
 */
export const secretLink = (link: Omit<SecretLink, 'kind'>): SecretLink => ({ kind: 'link', ...link });
