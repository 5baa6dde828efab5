import { useSuspenseQuery } from '@tanstack/react-query';
import { meQuery } from './session.ts';

/** Who is signed in; only for screens behind the door, which have asked before they are shown. */
export const useMe = () => useSuspenseQuery(meQuery).data;
