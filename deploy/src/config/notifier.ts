import type { NotifierInput } from './input.generated.ts';

type Settings<Kind> = Omit<Extract<NotifierInput, { kind: Kind }>, 'kind'>;

/** A message in Slack: `slack({ url: secret('SLACK_WEBHOOK_URL') })` */
export const slack = (settings: Settings<'slack'>): NotifierInput => ({ kind: 'slack', ...settings });

/** A POST of JSON, signed as Standard Webhooks say: `webhook({ url: secret('HOOK_URL'), secret: secret('HOOK_KEY') })` */
export const webhook = (settings: Settings<'webhook'>): NotifierInput => ({ kind: 'webhook', ...settings });

/** A mail: `email({ url: secret('SMTP_URL'), from: 'deploys@example.com', to: ['team@example.com'] })` */
export const email = (settings: Settings<'email'>): NotifierInput => ({ kind: 'email', ...settings });
