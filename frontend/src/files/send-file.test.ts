import { afterEach, expect, it, vi } from 'vitest';
import { sendFile } from './send-file.ts';

afterEach(() => vi.unstubAllGlobals());

/** A browser whose every request is answered with this. */
function answering(status: number, responseText: string) {
  const answered = class {
    status = status;
    responseText = responseText;
    upload = {};
    onload = () => {};
    open() {}
    setRequestHeader() {}
    send() {
      this.onload();
    }
  };
  vi.stubGlobal('XMLHttpRequest', answered);
  const watch = { signal: new AbortController().signal, onProgress: () => {} };
  return sendFile({ entity: 'lead', id: '1' }, new File(['x'], 'a.txt'), watch);
}

it('gives what is known of the file', async () => {
  expect(await answering(201, '{"id":"f"}')).toEqual({ id: 'f' });
});

it('fails with the words of a refusal, and also where the answer is nobody’s of ours', async () => {
  const refusal = { title: 'Too large', status: 413, code: 'payload-too-large', detail: 'At most 10 MB.' };
  await expect(answering(413, JSON.stringify(refusal))).rejects.toMatchObject({ code: 'payload-too-large' });
  await expect(answering(502, '<html>')).rejects.toMatchObject({ status: 502 });
  await expect(answering(200, '<html>')).rejects.toThrow(SyntaxError);
});
