/** Makes a copy of a folder of hard links, where the disk allows it: `node link-tree.ts <from> <to>`. */
import { copyFileSync, linkSync, mkdirSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

const [from = '', to = ''] = process.argv.slice(2);
let linking = true;
linkTree(from, to);

function linkTree(source: string, copy: string): void {
  mkdirSync(copy);
  for (const entry of readdirSync(source, { withFileTypes: true })) {
    const [old, fresh] = [join(source, entry.name), join(copy, entry.name)];
    if (entry.isDirectory()) {
      // Caches and other tools' notes; what is installed has a plain name.
      if (!entry.name.startsWith('.') || entry.name === '.bin') linkTree(old, fresh);
    } else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(old), fresh);
    else if (entry.isFile()) linkFile(old, fresh);
  }
}

function linkFile(old: string, fresh: string): void {
  if (linking) {
    try {
      linkSync(old, fresh);
      return;
    } catch (error) {
      // Another disk, or one without hard links; the whole tree is alike.
      if (!['EXDEV', 'EPERM', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      linking = false;
    }
  }
  copyFileSync(old, fresh);
}
