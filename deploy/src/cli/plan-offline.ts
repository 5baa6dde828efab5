import type { Difference } from '../plan/plan.ts';
import type { Context } from './command.ts';
import { showHooks } from './plan-hooks.ts';
import { kindsOf } from './session.ts';

/** `plan --offline`: shows what a deploy would make where there is nothing. Returns how many things that are. */
export async function showPreview(
  { folder, output, ...context }: Context,
  { environment: wanted, json }: { readonly environment?: string; readonly json: boolean },
  line: (difference: Difference) => string,
): Promise<number> {
  const { previewDeploy } = await import('../engine/preview.ts');
  const { environment, differences, missing, secrets, hooks } = await previewDeploy(
    folder,
    wanted,
    await kindsOf(context),
  );
  if (json) {
    const always = { live: null, drift: [], destructive: false };
    output.result(
      JSON.stringify({ environment, offline: true, ...always, differences, missing, secrets, hooks }),
    );
    return differences.length;
  }
  output.say(`A preview of ${environment} as if nothing existed: the platform was not asked.\n`);
  for (const each of together(differences)) output.result(line(each));
  showHooks(hooks, output);
  if (missing.length > 0) output.say('\nWithout a value, so a deploy is refused:');
  for (const each of missing) output.say(`  ${each}`);
  if (secrets.length > 0) {
    output.say(
      `\nA deploy needs these secrets. Give each its value with \`conductor secrets set ${environment} NAME\`:`,
    );
    output.say(`  ${secrets.join(', ')}`);
  }
  return differences.length;
}

/** What several services get alike is one line. */
function together(differences: readonly Difference[]): Difference[] {
  const alike = Map.groupBy(differences, ({ what, name, to }) => JSON.stringify([what, name, to]));
  return [...alike.values()].map((all) => {
    const services = all.flatMap(({ service }) => service ?? []);
    return services.length > 1 ? { ...all[0]!, service: services.join(', ') } : all[0]!;
  });
}
