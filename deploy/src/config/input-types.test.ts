import { expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import type { digitaloceanTarget } from '../targets/digitalocean/index.ts';
import type { localKind } from '../targets/local/index.ts';
import type { railwayTarget } from '../targets/railway/index.ts';
import type { renderTarget } from '../targets/render/index.ts';
import type {
  DigitalOceanInput,
  LocalInput,
  NotifierInput,
  ProjectInput,
  RailwayInput,
  RenderInput,
} from './input.generated.ts';
import type { notifierSchema } from './notifiers.ts';
import type { projectSchema } from './schema.ts';

type Settings<Kind extends { settings: z.ZodType }> = z.input<Kind['settings']>;

// Asked by the compiler, in `npm run check`: the written types and the schemas' own are the same.
it('are the types that the schemas take', () => {
  expectTypeOf<ProjectInput>().toEqualTypeOf<z.input<typeof projectSchema>>();
  expectTypeOf<NotifierInput>().toEqualTypeOf<z.input<typeof notifierSchema>>();
  expectTypeOf<LocalInput>().toEqualTypeOf<Settings<typeof localKind>>();
  expectTypeOf<RailwayInput>().toEqualTypeOf<Settings<typeof railwayTarget>>();
  expectTypeOf<RenderInput>().toEqualTypeOf<Settings<typeof renderTarget>>();
  expectTypeOf<DigitalOceanInput>().toEqualTypeOf<Settings<typeof digitaloceanTarget>>();
});
