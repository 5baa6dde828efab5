import { digitaloceanTarget } from './digitalocean/index.ts';
import type { TargetKind } from './kind.ts';
import { localKind } from './local/index.ts';
import { railwayTarget } from './railway/index.ts';
import { renderTarget } from './render/index.ts';
import { swarmTarget } from './swarm/index.ts';

export {
  defineTarget,
  type TargetContext,
  type TargetKind,
} from './kind.ts';

/** Every kind of target there is. A new one is a folder, a line here and a line in `src/index.ts`. */
export const targetKinds: readonly TargetKind[] = [
  localKind,
  railwayTarget,
  renderTarget,
  digitaloceanTarget,
  swarmTarget,
];
