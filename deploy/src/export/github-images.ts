import path from 'node:path';
import { commandLine } from '../targets/shell-words.ts';
import { checkout } from './actions.ts';
import type { BuiltImage } from './images.ts';

/** Kinds of processors that images are built for, each on a machine of its own kind: emulated, a build takes ten times as long. */
const runners = { amd64: 'ubuntu-24.04', arm64: 'ubuntu-24.04-arm' } as const;
export type Processor = keyof typeof runners;

const filled = (expression: string): string => `\${{ ${expression} }}`;

/** GitHub's own, into which the workflow's token lets. */
export const registry = 'ghcr.io';

/** A repository may have capitals, an image may not. */
const named = (name: string): string => `image="${registry}/\${GITHUB_REPOSITORY,,}/${name}"`;

const signIn = {
  name: 'sign in to the registry',
  run: `printf %s "$TOKEN" | docker login ${registry} --username "$GITHUB_ACTOR" --password-stdin`,
  env: { TOKEN: filled('secrets.GITHUB_TOKEN') },
};

/** The classic builder keeps no cache for the next run, and gives each image the time of its build. */
const builder = { name: 'builder', run: 'docker buildx create --use' };

const job = {
  'timeout-minutes': 60,
  permissions: { contents: 'read', packages: 'write' },
} as const;

/**
 * The jobs that build each image and push it to GitHub's registry; the outputs of the one called `images` are their names by digest. Where they are for
 * several kinds of processors there is a job for each, and `images` puts together what they built.
 */
export function imagesJobs(
  images: readonly BuiltImage[],
  processors: readonly Processor[],
): Record<string, object> {
  const [only] = processors;
  const outputs = Object.fromEntries(images.map(({ name }) => [name, filled(`steps.${name}.outputs.image`)]));
  const building = (processor: Processor) => ({
    needs: 'checks',
    'runs-on': runners[processor],
    ...job,
    outputs,
    steps: [
      { uses: checkout, with: { 'persist-credentials': false } },
      signIn,
      builder,
      ...images.map((image) => ({
        name: `image ${image.name}`,
        id: image.name,
        run: build(image, processor, processors.length === 1),
      })),
    ],
  });
  if (processors.length === 1 && only) return { images: building(only) };
  return {
    ...Object.fromEntries(processors.map((processor) => [`images-${processor}`, building(processor)])),
    images: {
      needs: processors.map((processor) => `images-${processor}`),
      'runs-on': runners.amd64,
      ...job,
      outputs,
      steps: [
        signIn,
        ...images.map(({ name }) => ({
          name: `image ${name}`,
          id: name,
          run: together(name, processors),
          env: Object.fromEntries(
            processors.map((processor) => [
              processor.toUpperCase(),
              filled(`needs.images-${processor}.outputs.${name}`),
            ]),
          ),
        })),
      ],
    },
  };
}

/**
 * Builds one image for one kind of processor and pushes it. The same commit gives the same image: all times in it are the commit's. Labels say where it comes
 * from; attestations beside the image stay out, which some registries and platforms take for images of their own.
 * @param tagged whether it is complete with that, and gets the commit as its tag
 */
const build = ({ name, context, dockerfile }: BuiltImage, processor: Processor, tagged: boolean): string =>
  [
    named(name),
    'export SOURCE_DATE_EPOCH="$(git log -1 --format=%ct)"',
    [
      'docker buildx build',
      ...['COMMIT=$GITHUB_SHA', 'SOURCE_DATE_EPOCH=$SOURCE_DATE_EPOCH'].map((arg) => `--build-arg "${arg}"`),
      ...[
        'source=$GITHUB_SERVER_URL/$GITHUB_REPOSITORY',
        'revision=$GITHUB_SHA',
        'created=$(git log -1 --format=%cI)',
      ].map((label) => `--label "org.opencontainers.image.${label}"`),
      '--provenance=false',
      `--cache-from "type=registry,ref=$image:cache-${processor}"`,
      `--cache-to "type=registry,ref=$image:cache-${processor},mode=max"`,
      ...(tagged ? ['--tag "$image:$GITHUB_SHA"'] : []),
      `--output "type=image,push=true,rewrite-timestamp=true${tagged ? '' : ',name=$image,push-by-digest=true,name-canonical=true'}"`,
      `--metadata-file "$RUNNER_TEMP/${name}.json"`,
      `--file ${commandLine([path.posix.join(context, dockerfile)])} ${commandLine([context])}`,
    ].join(' \\\n  '),
    `echo "image=$image@$(node -p "require('$RUNNER_TEMP/${name}.json')['containerimage.digest']")" >> "$GITHUB_OUTPUT"`,
    '',
  ].join('\n');

/** Gives what was built for each kind of processor one name: who pulls it gets their own. */
const together = (name: string, processors: readonly Processor[]): string =>
  [
    named(name),
    `docker buildx imagetools create --tag "$image:$GITHUB_SHA" ${processors
      .map((processor) => `"$${processor.toUpperCase()}"`)
      .join(' ')}`,
    `echo "image=$image@$(docker buildx imagetools inspect --format '{{.Manifest.Digest}}' "$image:$GITHUB_SHA")" >> "$GITHUB_OUTPUT"`,
    '',
  ].join('\n');
