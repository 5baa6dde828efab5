import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 count Buffers as it counts its heap when it decides whether to collect all garbage. Without this it does so after each 64 MB of
 * Buffers, however much memory there is: five times a second where lists are read from MongoDB and sent, for half of what two processors
 * can do. Where memory is short (`--max-old-space-size`, the limit of a container) its own limits are small, and it collects as before.
 */
export function countBuffersAsHeap(): void {
  setFlagsFromString('--external-memory-accounted-in-global-limit');
}
