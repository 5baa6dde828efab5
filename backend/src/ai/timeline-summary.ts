import { z } from 'zod';
import type { Link } from '../activities/activity.ts';
import { mustSee } from '../activities/links.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { Principal } from '../policy/principal.ts';
import { language, said } from './answers.ts';
import type { Asker } from './asker.ts';
import { recentOf, refuseOptedOut } from './people.ts';
import type { TimelineSummary } from './schema.ts';
import { asData, untrustedRule } from './untrusted.ts';

const task = `You sum up the history of one CRM record for a salesperson who is about to call: what happened, what is open, who
promised what until when, and where things stand. Only what the data says.`;

const shape = z.object({
  summary: said(600),
  openQuestions: z.array(said(200)).max(8),
  commitments: z
    .array(z.object({ who: z.enum(['us', 'them']), what: said(200), due: z.iso.date().nullable() }))
    .max(10),
  lastState: said(200),
});

/** The last fifty entries of a record's timeline in a few sentences. */
export async function summariseTimeline(
  { mongo, asker }: { mongo: Mongo; asker: Asker },
  principal: Principal,
  link: Link,
): Promise<TimelineSummary> {
  const record = await mustSee(mongo, principal, link);
  await refuseOptedOut(mongo, principal.orgId, link, record);
  const [timeline, org] = await Promise.all([
    recentOf(mongo, principal.orgId, link, 50),
    asker.org(principal.orgId),
  ]);
  const { value, ...answered } = await asker.ask(
    principal,
    { kind: 'timeline_summary', entityKey: `${link.entity}:${link.id}` },
    {
      system: `${task}\n${untrustedRule}\n${language(org.locale)}`,
      prompt: asData({
        record: record.title ?? record.name ?? record.firstName,
        kind: link.entity,
        timeline,
      }),
      shape,
      shapeName: 'timeline_summary',
    },
  );
  return { ...answered, ...value };
}
