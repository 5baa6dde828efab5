import { z } from 'zod';
import { newId } from '../mongo/id.ts';
import { recordKinds } from '../policy/policy.ts';

/** What clients are told: that something changed, never its content; they ask for it with their own rights. */
export const envelopeSchema = z.object({
  v: z.literal(1),
  id: z.string(),
  type: z.string(),
  entity: z.string(),
  entityId: z.string(),
  version: z.number().int(),
  changed: z.array(z.string()),
  actorId: z.string().nullable(),
  at: z.iso.datetime(),
});
export type Envelope = z.infer<typeof envelopeSchema>;

/** Who may be told: the organisation, and either one person or whoever may read the record. */
export const audienceSchema = z.object({
  orgId: z.string(),
  ownerId: z.string().nullable(),
  kind: z.enum(recordKinds).optional(),
  userId: z.string().optional(),
});
export type Audience = z.infer<typeof audienceSchema>;

/** An envelope with its audience, as it travels between processes. */
export const announcementSchema = z.object({ envelope: envelopeSchema, audience: audienceSchema });
export type Announcement = z.infer<typeof announcementSchema>;

interface Happening {
  type: string;
  entity: string;
  entityId: string;
  version?: number;
  changed?: readonly string[];
  actorId?: string | null;
}

/** Makes an announcement with a new id and the present time. */
export function announcement(audience: Audience, happening: Happening): Announcement {
  return {
    audience,
    envelope: {
      v: 1,
      id: newId(),
      type: happening.type,
      entity: happening.entity,
      entityId: happening.entityId,
      version: happening.version ?? 0,
      changed: [...(happening.changed ?? [])],
      actorId: happening.actorId ?? null,
      at: new Date().toISOString(),
    },
  };
}
