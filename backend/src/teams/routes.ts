import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { line } from '../fields/text.ts';
import { idSchema, newId } from '../mongo/id.ts';
import { Problem } from '../problem.ts';
import { idParams } from '../records/record-routes.ts';
import type { AccountNeeds } from '../users/store.ts';
import { announceRights, refuseUnknownUsers } from '../users/store.ts';

const teamBody = z
  .strictObject({ name: line(100, 2), managerIds: z.array(idSchema).max(20).default([]) })
  .meta({ id: 'TeamBody' });
const teamView = z
  .object({ id: idSchema, name: z.string(), managerIds: z.array(idSchema) })
  .meta({ id: 'Team' });

export interface TeamDocument {
  _id: string;
  orgId: string;
  name: string;
  managerIds: string[];
}

/** Teams: what a manager's view of the records follows. */
export const teamRoutes: FastifyPluginAsyncZod<AccountNeeds> = async (app, { mongo, outbox, audit }) => {
  const tags = ['teams'];
  const config = { access: 'administer' } as const;
  const teams = mongo.db.collection<TeamDocument>('teams');
  const view = ({ _id, name, managerIds }: TeamDocument) => ({ id: _id, name, managerIds });

  app.get(
    '/teams',
    {
      config: { access: 'user' },
      schema: { tags, response: { 200: z.object({ data: z.array(teamView) }) } },
    },
    async ({ principal }) => ({
      data: (await teams.find({ orgId: principal.orgId }).sort({ name: 1 }).limit(200).toArray()).map(view),
    }),
  );

  app.post(
    '/teams',
    { config, schema: { tags, body: teamBody, response: { 201: teamView } } },
    async ({ principal, body }, reply) => {
      const team = await outbox.commit(async (session, tell) => {
        await refuseUnknownUsers(mongo, principal.orgId, body.managerIds, session);
        const document: TeamDocument = { _id: newId(), orgId: principal.orgId, ...body };
        await teams.insertOne(document, { session });
        await audit.record(
          principal,
          { action: 'team.created', entity: 'team', entityId: document._id, after: body },
          session,
        );
        tell(announceRights(principal, 'team', document._id));
        return document;
      });
      return reply.code(201).send(view(team));
    },
  );

  app.patch(
    '/teams/:id',
    { config, schema: { tags, params: idParams, body: teamBody.partial(), response: { 200: teamView } } },
    async ({ principal, params, body }) => {
      return outbox.commit(async (session, tell) => {
        await refuseUnknownUsers(mongo, principal.orgId, body.managerIds ?? [], session);
        const mine = { _id: params.id, orgId: principal.orgId };
        const before = await teams.findOne(mine, { session });
        if (!before) throw new Problem('not-found');
        const after = { ...before, ...body };
        await teams.updateOne(
          mine,
          { $set: { name: after.name, managerIds: after.managerIds } },
          { session },
        );
        await audit.record(
          principal,
          { action: 'team.updated', entity: 'team', entityId: params.id, before, after: body },
          session,
        );
        tell(announceRights(principal, 'team', params.id));
        return view(after);
      });
    },
  );

  app.delete(
    '/teams/:id',
    { config, schema: { tags, params: idParams, response: { 204: z.null() } } },
    async ({ principal, params }, reply) => {
      await outbox.commit(async (session, tell) => {
        const { deletedCount } = await teams.deleteOne(
          { _id: params.id, orgId: principal.orgId },
          { session },
        );
        if (deletedCount === 0) throw new Problem('not-found');
        await mongo.db
          .collection('users')
          .updateMany({ orgId: principal.orgId, teamId: params.id }, { $set: { teamId: null } }, { session });
        await audit.record(
          principal,
          { action: 'team.deleted', entity: 'team', entityId: params.id },
          session,
        );
        tell(announceRights(principal, 'team', params.id));
      });
      return reply.code(204).send(null);
    },
  );
};
