import { createHash } from 'node:crypto';
import { type Handlers, lines } from './call.ts';
import type { Cluster } from './cluster.ts';
import { imageId } from './ids.ts';
import { tagged } from './image-store.ts';
import { fullLine } from './images.ts';
import { Refused } from './refused.ts';
import { unpacked } from './tar.ts';

export interface Builds {
  /** What the last step of a build of this tag says when it fails; null where it succeeds. */
  fails(tag: string): string | null;
}

/** Builds: the same files and arguments make the same image. */
export function builds(cluster: Cluster, { fails }: Builds): Handlers {
  return {
    ImageBuild: ({ query, bytes, node }) => {
      const files = unpacked(bytes);
      const dockerfile = query.get('dockerfile') || 'Dockerfile';
      const tags = query.getAll('t');
      for (const tag of tags)
        if (/[A-Z]/.test(tag.replace(/:[^:/]*$/, '')))
          throw new Refused(500, 'invalid reference format: repository name must be lowercase');
      const steps = files
        .find(({ name }) => name === dockerfile)
        ?.data.toString('utf8')
        .replace(/\\\n/g, ' ')
        .split('\n')
        .filter((line) => /^\s*[A-Za-z]+\s/.test(line));
      if (!steps) throw new Refused(500, `Cannot locate specified Dockerfile: ${dockerfile}`);
      const labels = JSON.parse(query.get('labels') || '{}') as Record<string, string>;
      const content = createHash('sha256');
      for (const { name, data } of files) content.update(name).update(data);
      const id = imageId(
        `${content.digest('hex')} ${dockerfile} ${query.get('buildargs')} ${query.get('labels')}`,
      );
      const told = steps.flatMap((step, i) => [
        { stream: `Step ${i + 1}/${steps.length} : ${step}` },
        { stream: '\n' },
        { stream: ` ---> ${imageId(`${id} ${i}`).slice(7, 19)}\n` },
      ]);
      const reason = tags.map(fails).find((one) => one !== null) ?? null;
      if (reason !== null)
        return lines(...told, { errorDetail: { code: 1, message: reason }, error: reason });
      if (cluster.diskFull) return lines(...told, fullLine('/var/lib/docker/overlay2/1/diff/app'));
      node.images.add({
        ...node.images.blank(id, cluster.now, labels),
        id,
        tags: new Set(tags.map(tagged)),
      });
      return lines(
        ...told,
        { aux: { ID: id } },
        { stream: `Successfully built ${id.slice(7, 19)}\n` },
        ...tags.map((tag) => ({ stream: `Successfully tagged ${tagged(tag)}\n` })),
      );
    },
  };
}
