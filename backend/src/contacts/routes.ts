import type { FastifyInstance } from 'fastify';
import { recordRoutes } from '../records/record-routes.ts';
import { type ContactStore, contactCreate, contactPatch, contactQuery, contactSchema } from './contact.ts';

/** Contacts over HTTP. */
export async function contactRoutes(
  app: FastifyInstance,
  { contacts }: { contacts: ContactStore },
): Promise<void> {
  recordRoutes(app, contacts, {
    path: 'contacts',
    view: contactSchema,
    create: contactCreate,
    patch: contactPatch,
    query: contactQuery,
  });
}
