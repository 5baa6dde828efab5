import { apiAddress } from '../api/config.ts';

/** A link to the bytes at a path of the API: a picture opens beside the application, everything else is saved. */
export function FileLink({ path, name, type }: { path: string; name: string; type: string }) {
  const how = type.startsWith('image/')
    ? { target: '_blank', rel: 'noopener noreferrer' }
    : { download: name };
  return (
    <a href={apiAddress(path)} {...how}>
      {name}
    </a>
  );
}
