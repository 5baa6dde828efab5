import type { Document, Filter } from 'mongodb';

/** Any of our documents: ids are strings. */
export interface AnyDocument extends Document {
  _id: string;
}

/** A condition on any of our documents. */
export type AnyFilter = Filter<AnyDocument>;
