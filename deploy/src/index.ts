/** What a `conductor.config.ts` imports. Nothing of it loads more than itself. */
export { defineConfig } from './config/define.ts';
export type {
  DigitalOceanInput,
  LocalInput,
  NotifierInput,
  ProjectInput,
  RailwayInput,
  RenderInput,
} from './config/input.generated.ts';
export { email, slack, webhook } from './config/notifier.ts';
export { secretLink } from './config/secret-link.ts';
export {
  backupRecipients,
  generated,
  optional,
  required,
  type SecretReference,
  type Setting,
  secret,
  service,
  store,
  trustedProxies,
} from './config/settings.ts';
export { digitalocean, local, railway, render, swarm } from './config/targets.ts';
export type { SecretLink } from './model/service-command.ts';
export type { TargetReference } from './model/target-reference.ts';
