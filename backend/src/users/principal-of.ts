import type { Mongo } from '../mongo/mongo.ts';
import type { OrgDocument } from '../org/org.ts';
import { defaultTimezone, type Principal } from '../policy/principal.ts';
import type { TeamDocument } from '../teams/routes.ts';
import type { UserDocument } from './user.ts';

/** What a person may do and see, whether they ask or are to be told of something. */
export async function principalOf(mongo: Mongo, user: UserDocument): Promise<Principal> {
  const [org, teamUserIds] = await Promise.all([
    mongo.db.collection<OrgDocument>('orgs').findOne({ _id: user.orgId }),
    user.role === 'manager' ? peopleOf(mongo, user) : null,
  ]);
  return {
    orgId: user.orgId,
    userId: user._id,
    name: user.name,
    role: user.role,
    via: 'session',
    teamUserIds,
    repVisibility: org?.repVisibility ?? 'all',
    timezone: org?.timezone ?? defaultTimezone,
    ownTimezone: user.timezone,
  };
}

/** The people of a manager's teams; null where the organisation has no teams. */
async function peopleOf({ db }: Mongo, user: UserDocument): Promise<readonly string[] | null> {
  const teams = await db.collection<TeamDocument>('teams').find({ orgId: user.orgId }).limit(500).toArray();
  if (teams.length === 0) return null;
  const own = teams
    .filter(({ _id, managerIds }) => managerIds.includes(user._id) || _id === user.teamId)
    .map(({ _id }) => _id);
  const people = await db
    .collection<UserDocument>('users')
    .find({ orgId: user.orgId, teamId: { $in: own } })
    .project({ _id: 1 })
    .toArray();
  return [...new Set([user._id, ...people.map(({ _id }) => _id as string)])];
}
