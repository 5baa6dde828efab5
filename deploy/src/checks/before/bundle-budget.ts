import path from 'node:path';
import { bundleFiles, initialBytes, readManifest } from '../bundle.ts';
import { type Check, cannotTell, failure, good } from '../check.ts';

const kilobytes = (bytes: number) => `${Math.ceil(bytes / 1000)} kB`;

export const bundleBudget: Check = {
  id: 'bundle-budget',
  title: "The client's bundle is within its budget",
  section: 'Performance',
  about:
    'All JavaScript and CSS of `bundle.folder` together are within `bundle.limit` (2 MB), and what the first page loads, gzipped, within `bundle.initial`. More is a failure; a client that was not built a warning.',
  alone: true,
  applies: ({ policy }) => (policy.bundle ? true : 'the config has no checks.bundle'),
  async run({ root, policy }) {
    const { folder, limit, initial, manifest: manifestFile } = policy.bundle!;
    const files = await bundleFiles(path.join(root, folder));
    if (!files || files.length === 0) return cannotTell(`${folder} holds no built client`, 'Build it first.');
    const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    const largest = [...files].sort((a, b) => b.bytes - a.bytes).slice(0, 5);
    const sizes = largest.map(({ file, bytes }) => `${file} ${kilobytes(bytes)}`).join('\n');
    if (total > limit) {
      return failure(
        `${kilobytes(total)}, allowed are ${kilobytes(limit)}. The largest:\n${sizes}`,
        'Load what the first page does not need lazily, or drop a dependency.',
      );
    }
    if (initial === undefined) return good(`${kilobytes(total)} of ${kilobytes(limit)}`);

    const manifest = await readManifest(path.join(root, folder, manifestFile));
    if (!manifest)
      return cannotTell(`${folder}/${manifestFile} is missing`, 'Build with `build.manifest: true`.');
    const first = await initialBytes(path.join(root, folder), manifest);
    const detail = `${kilobytes(total)} of ${kilobytes(limit)}, first page ${kilobytes(first)} of ${kilobytes(initial)} gzipped`;
    return first <= initial
      ? good(detail)
      : failure(detail, 'Load what the first page does not need lazily.');
  },
};
