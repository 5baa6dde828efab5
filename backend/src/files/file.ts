import { z } from 'zod';
import { type Link, linkKinds } from '../activities/activity.ts';
import { line } from '../fields/text.ts';
import { idSchema } from '../mongo/id.ts';
import type { Indexes } from '../mongo/indexes.ts';

/** The largest file, in bytes: 10 MiB. */
export const mostBytes = 10 * 1024 * 1024;

export const fileSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    size: z.number().int().describe('Bytes'),
    type: z
      .string()
      .describe('Media type, told from the bytes; application/octet-stream where they tell nothing'),
    sha256: z.string().describe('Hexadecimal'),
    links: z.array(z.object({ entity: z.enum(linkKinds), id: idSchema })),
    createdAt: z.iso.datetime(),
    createdBy: idSchema.nullable(),
    deletedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'StoredFile' });
export type File = z.output<typeof fileSchema>;

/** What is known of a file; its bytes are in `contents.files` and `contents.chunks` under the same id. */
export interface FileDocument {
  _id: string;
  orgId: string;
  name: string;
  size: number;
  type: string;
  sha256: string;
  links: Link[];
  linkKeys: string[];
  createdAt: Date;
  createdBy: string | null;
  deletedAt: Date | null;
  /** Null while its bytes are still coming: until then there is no such file. */
  storedAt: Date | null;
}

export function fileView(file: FileDocument): File {
  return {
    id: file._id,
    name: file.name,
    size: file.size,
    type: file.type,
    sha256: file.sha256,
    links: file.links,
    createdAt: file.createdAt.toISOString(),
    createdBy: file.createdBy,
    deletedAt: file.deletedAt?.toISOString() ?? null,
  };
}

const longestName = 200;
const longestExtension = 20;

/**
 * A name as it is kept: without folders and without characters that are drawn as nothing or turn the direction of
 * writing (by which `exe.gnp` is shown as `png.exe`), shortened before its extension.
 */
function cleanName(given: string): string {
  const bare = given.split(/[/\\]/).at(-1) ?? '';
  const name = bare
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
    .trim();
  if (name.length <= longestName) return name;
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && name.length - dot <= longestExtension ? name.slice(dot) : '';
  return `${name.slice(0, longestName - extension.length).toWellFormed()}${extension}`;
}

export const fileName = z
  .string()
  .max(1000)
  .transform(cleanName)
  .pipe(line(longestName))
  .describe('Folders before it are left out');

export const fileIndexes: Indexes = {
  files: [{ key: { orgId: 1, linkKeys: 1, deletedAt: 1, createdAt: -1, _id: -1 } }],
  // As the driver's GridFSBucket would make them with the first file.
  'contents.files': [{ key: { filename: 1, uploadDate: 1 } }],
  'contents.chunks': [{ key: { files_id: 1, n: 1 }, unique: true }],
};
