/** What a `conductor.config.ts` imports. */
export { defineConfig } from './config/define.ts';
export { secretLink } from './config/link.ts';
export { email, slack, webhook } from './config/notifiers.ts';
export type { ProjectInput } from './config/schema.ts';
export {
  backupRecipients,
  generated,
  optional,
  required,
  secret,
  service,
  store,
  trustedProxies,
} from './config/settings.ts';
export { digitalocean } from './targets/digitalocean/index.ts';
export { local } from './targets/local/index.ts';
export { railway } from './targets/railway/index.ts';
export { render } from './targets/render/index.ts';
