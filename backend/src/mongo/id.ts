import { ObjectId } from 'mongodb';
import { z } from 'zod';

/** A new id: the 24 hex digits of an ObjectId, so ids sort by the time they were made. Ids are strings everywhere. */
export function newId(): string {
  return new ObjectId().toHexString();
}

export const idSchema = z
  .string()
  .regex(/^[0-9a-f]{24}$/, 'must be an id of 24 hex digits')
  .meta({ description: 'Id: 24 hex digits', example: '665f1f77bcf86cd799439011' });
