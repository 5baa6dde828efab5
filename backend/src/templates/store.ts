import type { ClientSession } from 'mongodb';
import type { AuditAction } from '../audit/actions.ts';
import type { Message } from '../outbox/outbox.ts';
import { can } from '../policy/capabilities.ts';
import type { Principal } from '../policy/principal.ts';
import { Problem } from '../problem.ts';
import { RecordStore, type StoreNeeds } from '../records/record-store.ts';
import {
  type Template,
  type TemplateCreate,
  type TemplateDocument,
  type TemplatePatch,
  templateNoun,
} from './template.ts';

/** Templates in the database: one's own, and those shared with everybody. */
export class TemplateStore extends RecordStore<TemplateDocument, Template, TemplateCreate, TemplatePatch> {
  constructor(needs: StoreNeeds) {
    super(templateNoun, needs);
  }

  override async createWithin(
    principal: Principal,
    given: TemplateCreate,
    options: { allowDuplicate?: boolean; session: ClientSession; tell: (...messages: Message[]) => void },
  ): Promise<Template> {
    if (given.shared) refuseSharing(principal);
    return super.createWithin(principal, given, options);
  }

  override async change(
    principal: Principal,
    before: TemplateDocument,
    patch: Partial<TemplateDocument>,
    options: { session: ClientSession; tell: (...messages: Message[]) => void; action?: AuditAction },
  ): Promise<TemplateDocument> {
    if (patch.shared !== undefined && patch.shared !== before.shared) refuseSharing(principal);
    return super.change(principal, before, patch, options);
  }
}

function refuseSharing({ role }: Principal): void {
  if (!can(role, 'share'))
    throw new Problem('forbidden', { detail: 'Only managers and admins share templates with everybody.' });
}
