import type { Mongo } from '../mongo/mongo.ts';
import type { TeamDocument } from '../teams/routes.ts';
import type { UserDocument } from '../users/user.ts';

/** Who looks after the installation. */
export async function adminsOf(mongo: Mongo, orgId: string): Promise<string[]> {
  return ids(await activeOf(mongo, orgId, { role: 'admin' }));
}

/** Who leads somebody: the managers of their team, of the organisation where it has no teams; else the admins. */
export async function leadersOf(mongo: Mongo, orgId: string, userId: string | null): Promise<string[]> {
  const [team, teams] = await Promise.all([
    teamOf(mongo, orgId, userId),
    mongo.db.collection<TeamDocument>('teams').countDocuments({ orgId }, { limit: 1 }),
  ]);
  const managers = await activeOf(mongo, orgId, { role: 'manager' });
  const own = managers.filter(
    ({ _id, teamId }) => teams === 0 || (team && (teamId === team._id || team.managerIds.includes(_id))),
  );
  const leaders = ids(own).filter((id) => id !== userId);
  return leaders.length > 0 ? leaders : adminsOf(mongo, orgId);
}

/** Somebody's team with its managers; everybody where they are in none. */
export async function teammatesOf(mongo: Mongo, orgId: string, userId: string | null): Promise<string[]> {
  const team = await teamOf(mongo, orgId, userId);
  const people = await activeOf(mongo, orgId, {});
  return ids(
    people.filter(({ _id, teamId }) => !team || teamId === team._id || team.managerIds.includes(_id)),
  );
}

async function teamOf({ db }: Mongo, orgId: string, userId: string | null): Promise<TeamDocument | null> {
  const person =
    userId === null ? null : await db.collection<UserDocument>('users').findOne({ _id: userId, orgId });
  if (!person?.teamId) return null;
  return db.collection<TeamDocument>('teams').findOne({ _id: person.teamId, orgId });
}

const activeOf = ({ db }: Mongo, orgId: string, condition: Partial<Pick<UserDocument, 'role'>>) =>
  db
    .collection<UserDocument>('users')
    .find({ orgId, status: 'active', isDemo: { $ne: true }, ...condition })
    .limit(500)
    .toArray();

const ids = (people: readonly UserDocument[]): string[] => people.map(({ _id }) => _id);
