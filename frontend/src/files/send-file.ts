import { i18n } from '@lingui/core';
import { apiAddress } from '../api/config.ts';
import { Problem, problemOf } from '../api/problem.ts';
import { queryString } from '../api/request.ts';
import type { RecordLink } from '../timeline/timeline-query.ts';
import type { StoredFile } from './files-query.ts';

interface Watch {
  signal: AbortSignal;
  /** Told of the part that is under way, from 0 to 1. */
  onProgress: (part: number) => void;
}

/**
 * Sends a file to a record, and gives what is known of it there. Throws {@link Problem} for every failure, and the signal's reason where it was cancelled.
 * An XMLHttpRequest, because fetch does not say how much of a body was sent.
 */
export function sendFile(
  { entity, id }: RecordLink,
  file: File,
  { signal, onProgress }: Watch,
): Promise<StoredFile> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', apiAddress(`/files${queryString({ link: `${entity}:${id}`, name: file.name })}`));
    request.withCredentials = true;
    request.setRequestHeader('Accept', 'application/json');
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.setRequestHeader('X-Requested-With', 'conductor');
    if (i18n.locale) request.setRequestHeader('Accept-Language', i18n.locale);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total === 0 ? 0 : loaded / total);
    request.onload = () => answerOf(request).then(resolve, reject);
    request.onerror = () => reject(new Problem({ title: 'No answer', status: 0, code: 'offline' }));
    request.onabort = () => reject(signal.reason);
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}

/** Rejects also what is no answer of ours, such as a page of a proxy: whoever waits always hears an end. */
async function answerOf({ status, responseText }: XMLHttpRequest): Promise<StoredFile> {
  if (status < 300) return JSON.parse(responseText);
  throw await problemOf(new Response(responseText, { status }));
}
