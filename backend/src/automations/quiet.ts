import type { Mongo } from '../mongo/mongo.ts';
import type { OrgDocument } from '../org/org.ts';
import { automationNames } from './runs.ts';

/**
 * Switches the automations off where they were on without anybody having asked for it: organisations were made so while
 * nothing came of it. Each organisation once.
 */
export async function quietAutomations({ db }: Mongo): Promise<void> {
  const off = Object.fromEntries(automationNames.map((name) => [`automations.${name}.on`, false]));
  await db
    .collection<OrgDocument>('orgs')
    .updateMany({ automationsSince: { $exists: false } }, { $set: { ...off, automationsSince: new Date() } });
}
