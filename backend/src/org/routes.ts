import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { ifMatchHeaders, requiredVersion } from '../http/version.ts';
import { Problem } from '../problem.ts';
import { job } from '../queue/jobs.ts';
import { type AccountNeeds, announceRights } from '../users/store.ts';
import { type OrgDocument, orgSettings, orgView } from './org.ts';

/** What the organisation decides for everybody. */
export const orgRoutes: FastifyPluginAsyncZod<AccountNeeds> = async (app, { mongo, outbox, audit }) => {
  const tags = ['settings'];
  const orgs = mongo.db.collection<OrgDocument>('orgs');
  const view = ({ _id, createdAt: _at, isDemo: _demo, automationsSince: _since, ...org }: OrgDocument) => ({
    id: _id,
    ...org,
  });

  app.get(
    '/settings',
    { config: { access: 'user' }, schema: { tags, response: { 200: orgView } } },
    async ({ principal }) => {
      const org = await orgs.findOne({ _id: principal.orgId });
      if (!org) throw new Problem('not-found', { detail: 'This installation is not set up yet.' });
      return view(org);
    },
  );

  app.patch(
    '/settings',
    {
      config: { access: 'administer' },
      schema: { tags, headers: ifMatchHeaders, body: orgSettings.partial(), response: { 200: orgView } },
    },
    async ({ principal, headers, body }) => {
      const version = requiredVersion(headers['if-match']);
      return outbox.commit(async (session, tell) => {
        const before = await orgs.findOne({ _id: principal.orgId }, { session });
        if (!before) throw new Problem('not-found');
        if (before.version !== version)
          throw new Problem('version-conflict', { extra: { current: view(before) } });
        await orgs.updateOne(
          { _id: principal.orgId, version },
          { $set: body, $inc: { version: 1 } },
          { session },
        );
        await audit.record(
          principal,
          { action: 'settings.updated', entity: 'org', entityId: principal.orgId, before, after: body },
          session,
        );
        tell(announceRights(principal, 'org', principal.orgId));
        if (body.icp !== undefined || body.locale !== undefined)
          tell({ job: job('leads.scoreOpen', { orgId: principal.orgId }) });
        return view({ ...before, ...body, version: version + 1 });
      });
    },
  );
};
