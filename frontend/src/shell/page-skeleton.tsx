import { Skeleton, Stack } from '@mantine/core';

/** A page's shape while its code or data is on the way. */
export function PageSkeleton() {
  return (
    <Stack gap={12} aria-busy="true">
      <Skeleton h={28} w={180} mb={16} />
      {[1, 2, 3, 4, 5, 6].map((row) => (
        <Skeleton key={row} h={44} />
      ))}
    </Stack>
  );
}
