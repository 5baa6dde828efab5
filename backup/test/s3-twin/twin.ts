import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32 } from 'node:zlib';
import type { Fault } from './fault.ts';
import { type Credentials, checkBody, checkSignature } from './signature.ts';

export interface Operation {
  readonly name: string;
  readonly key: string;
  /** Counts from 1. */
  readonly number: number;
}

export interface S3Twin {
  readonly endpoint: string;
  readonly bucket: string;
  readonly credentials: Credentials;
  readonly operations: readonly Operation[];
  /** Objects and their bytes, to look at and to damage. */
  readonly objects: Map<string, Buffer>;
  /** Uploads that were begun and not ended. */
  readonly uploads: ReadonlyMap<string, { readonly key: string }>;
  /** Puts an object there, as a request would. */
  put(key: string, body: string): void;
  /** Decides what goes wrong with the next requests. */
  fault: ((operation: Operation) => Fault | undefined) | undefined;
  close(): Promise<void>;
}

/** Few, so that every listing of some size has pages. */
const PAGE = 10;
const MIN_PART = 5 * 1024 * 1024;

interface Listed {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly modified: string;
}

class S3Error extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

/**
 * An S3 server in this process that believes nobody: it verifies signatures, hashes and checksums, parts and their ETags,
 * and does conditional writes. Faults are injected per request. `page`: keys of a listing's page. `lock`: as a bucket with a default object lock,
 * it takes nothing without a checksum.
 */
export async function startS3Twin({ page: pageSize = PAGE, lock = false } = {}): Promise<S3Twin> {
  const bucket = 'backups';
  const credentials = { accessKeyId: 'TWIN', secretAccessKey: randomUUID() };
  const objects = new Map<string, Buffer>();
  const uploads = new Map<string, { key: string; parts: Map<number, Buffer> }>();
  const operations: Operation[] = [];
  /** What a stale listing shows: the keys as they were some writes ago. */
  const history: Listed[][] = [[]];

  const server = createServer((request, response) => {
    serve(request, response).catch((error) => {
      if (error instanceof S3Error) sendError(response, error.status, error.code);
      else response.destroy(error);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const twin: S3Twin = {
    endpoint,
    bucket,
    credentials,
    operations,
    objects,
    uploads,
    fault: undefined,
    put: (key, body) => save(key, Buffer.from(body)),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return twin;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const url = new URL(request.url!, endpoint);
    const [, inBucket, ...rest] = decodeURIComponent(url.pathname).split('/');
    const key = rest.join('/');
    const operation = {
      name: nameOf(request.method!, key, url.searchParams),
      key,
      number: operations.length + 1,
    };
    operations.push(operation);
    const fault = twin.fault?.(operation);
    if (fault?.kind === 'silent') return;
    if (fault?.kind === 'cut') return void request.socket.destroy();
    if (fault?.kind === 'error') throw new S3Error(fault.status, fault.code);
    if (fault?.kind === 'answer') {
      response.writeHead(fault.status, fault.headers);
      return void response.end(request.method === 'HEAD' ? '' : fault.body);
    }

    const refused = checkSignature(request, credentials);
    if (refused) throw new S3Error(403, refused);
    const changed = checkBody(request, body, crc32);
    if (changed) throw new S3Error(400, changed);
    if (lock && request.method === 'PUT' && !hasChecksum(request)) throw new S3Error(400, 'InvalidRequest');
    if (inBucket !== bucket) throw new S3Error(404, 'NoSuchBucket');

    const answer = act(operation, request, url.searchParams, body, fault);
    if (fault?.kind === 'lost-answer') return void request.socket.destroy();
    send(response, answer, fault);
  }

  function act(
    { name, key }: Operation,
    request: IncomingMessage,
    query: URLSearchParams,
    body: Buffer,
    fault: Fault | undefined,
  ): Answer {
    switch (name) {
      case 'PutObject':
        if (fault?.kind !== 'no-conditions') checkConditions(key, request);
        keep(key, body, fault);
        return { headers: { etag: etagOf(body) } };
      case 'HeadObject':
        return { headers: { etag: etagOf(get(key)), 'content-length': String(get(key).length) }, head: true };
      case 'GetObject':
        return getObject(fault?.kind === 'replay' ? olderThan(key) : key, request, fault);
      case 'DeleteObject':
        if (fault?.kind === 'no-delete') return { status: 204 };
        objects.delete(key);
        remember(history.at(-1)!.filter((other) => other.key !== key));
        return { status: 204 };
      case 'ListObjects':
        return listObjects(query, fault);
      case 'CreateMultipartUpload': {
        const id = randomUUID();
        uploads.set(id, { key, parts: new Map() });
        return {
          xml: `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
        };
      }
      case 'UploadPart':
        uploadOf(query).parts.set(Number(query.get('partNumber')), body);
        return { headers: { etag: etagOf(body) } };
      case 'CompleteMultipartUpload':
        if (fault?.kind === 'forgets-upload') uploads.delete(query.get('uploadId')!);
        return complete(key, query, body.toString(), fault);
      case 'AbortMultipartUpload':
        uploadOf(query);
        uploads.delete(query.get('uploadId')!);
        return { status: 204 };
      case 'ListParts': {
        const parts = [...uploadOf(query).parts.keys()].map(
          (number) => `<Part><PartNumber>${number}</PartNumber></Part>`,
        );
        return { xml: `<ListPartsResult>${parts.join('')}</ListPartsResult>` };
      }
      case 'ListMultipartUploads': {
        const prefix = query.get('prefix') ?? '';
        const found = [...uploads].filter(([, upload]) => upload.key.startsWith(prefix));
        const xml = found.map(
          ([id, upload]) => `<Upload><Key>${upload.key}</Key><UploadId>${id}</UploadId></Upload>`,
        );
        return { xml: `<ListMultipartUploadsResult>${xml.join('')}</ListMultipartUploadsResult>` };
      }
      default:
        throw new S3Error(501, 'NotImplemented');
    }
  }

  function checkConditions(key: string, request: IncomingMessage): void {
    const present = objects.get(key);
    if (request.headers['if-none-match'] === '*' && present) throw new S3Error(412, 'PreconditionFailed');
    const wanted = request.headers['if-match'];
    if (wanted === undefined) return;
    if (!present) throw new S3Error(404, 'NoSuchKey');
    if (wanted !== etagOf(present)) throw new S3Error(412, 'PreconditionFailed');
  }

  function getObject(key: string, request: IncomingMessage, fault: Fault | undefined): Answer {
    const whole = get(key);
    const headers = { etag: etagOf(whole) };
    if (request.headers['if-match'] && request.headers['if-match'] !== headers.etag) {
      throw new S3Error(412, 'PreconditionFailed');
    }
    const start = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
    if (start === undefined || fault?.kind === 'no-range') return { headers, body: whole };
    const range = `bytes ${start}-${whole.length - 1}/${whole.length}`;
    return {
      status: 206,
      headers: { ...headers, 'content-range': range },
      body: whole.subarray(Number(start)),
    };
  }

  function listObjects(query: URLSearchParams, fault: Fault | undefined): Answer {
    const prefix = query.get('prefix') ?? '';
    const after = query.get('continuation-token') ?? '';
    const known = fault?.kind === 'stale' ? history[0]! : history.at(-1)!;
    const found = known.filter(({ key }) => key.startsWith(prefix) && key > after);
    const page = found.slice(0, pageSize);
    const how = fault?.kind === 'listing' ? fault.how : undefined;
    const contents = shown(page, how)
      .map(
        ({ key, size, etag, modified }) =>
          `<Contents><Key>${key}</Key><LastModified>${modified}</LastModified><ETag>${etag}</ETag><Size>${size}</Size></Contents>`,
      )
      .join('');
    const more = found.length > pageSize || (how === 'circle' && page.length > 0);
    const token = how === 'circle' ? after : page.at(-1)?.key;
    const next = more ? `<NextContinuationToken>${token}</NextContinuationToken>` : '';
    return {
      xml: `<ListBucketResult><IsTruncated>${more}</IsTruncated>${contents}${next}</ListBucketResult>`,
    };
  }

  function complete(key: string, query: URLSearchParams, xml: string, fault: Fault | undefined): Answer {
    const { parts } = uploadOf(query);
    const wanted = [...xml.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part]) => ({
      number: Number(/<PartNumber>(\d+)<\/PartNumber>/.exec(part!)?.[1]),
      etag: /<ETag>(.*?)<\/ETag>/.exec(part!)?.[1]?.replaceAll('&quot;', '"'),
    }));
    const bodies = wanted.map(({ number, etag }, index) => {
      const part = parts.get(number);
      if (!part || etag !== etagOf(part)) throw new S3Error(400, 'InvalidPart');
      if (index < wanted.length - 1 && part.length < MIN_PART) throw new S3Error(400, 'EntityTooSmall');
      return part;
    });
    keep(key, Buffer.concat(bodies), fault);
    uploads.delete(query.get('uploadId')!);
    return { xml: `<CompleteMultipartUploadResult><Key>${key}</Key></CompleteMultipartUploadResult>` };
  }

  function uploadOf(query: URLSearchParams) {
    const upload = uploads.get(query.get('uploadId')!);
    if (!upload) throw new S3Error(404, 'NoSuchUpload');
    return upload;
  }

  function get(key: string): Buffer {
    const body = objects.get(key);
    if (!body) throw new S3Error(404, 'NoSuchKey');
    return body;
  }

  function keep(key: string, body: Buffer, fault: Fault | undefined): void {
    const kept = fault?.kind === 'keeps' ? keptBy(fault.what, key, body) : body;
    if (kept !== undefined) save(key, kept);
  }

  /** What a store that lies keeps of what it was given. */
  function keptBy(what: (Fault & { kind: 'keeps' })['what'], key: string, body: Buffer): Buffer | undefined {
    switch (what) {
      case 'nothing':
        return undefined;
      case 'half':
        return body.subarray(0, body.length >> 1);
      case 'a changed byte':
        return changed(body);
      case 'an older one':
        return objects.get(olderThan(key)) ?? body;
    }
  }

  /** An object of the same name in another folder; itself where there is none. */
  function olderThan(key: string): string {
    const name = key.slice(key.lastIndexOf('/'));
    return [...objects.keys()].find((other) => other !== key && other.endsWith(name)) ?? key;
  }

  function save(key: string, body: Buffer): void {
    objects.set(key, body);
    const listed = { key, size: body.length, etag: etagOf(body), modified: new Date().toISOString() };
    remember([...history.at(-1)!.filter((other) => other.key !== key), listed]);
  }

  function remember(listing: Listed[]): void {
    history.push(listing.sort((a, b) => (a.key < b.key ? -1 : 1)));
    if (history.length > 4) history.shift();
  }
}

interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly xml?: string;
  readonly body?: Buffer;
  readonly head?: boolean;
}

function send(
  response: ServerResponse,
  { status = 200, headers: given = {}, xml, body, head }: Answer,
  fault: Fault | undefined,
) {
  const headers = { ...given };
  if (fault?.kind === 'wrong-etag' && 'etag' in headers) headers.etag = `"${randomUUID()}"`;
  if (fault?.kind === 'close') response.shouldKeepAlive = false;
  if (fault?.kind === 'continue') {
    response.writeContinue();
    response.writeProcessing();
  }
  if (head) return response.writeHead(status, headers).end();
  let bytes = xml === undefined ? (body ?? Buffer.alloc(0)) : Buffer.from(`<?xml version="1.0"?>${xml}`);
  if (fault?.kind === 'wrong-byte') bytes = changed(bytes);
  response.writeHead(status, {
    ...headers,
    'content-length': Math.max(0, bytes.length + (fault?.kind === 'length' ? fault.by : 0)),
    'content-type': 'application/xml',
  });
  switch (fault?.kind) {
    case 'short':
      return response.write(bytes.subarray(0, bytes.length >> 1), () => response.socket?.destroy());
    case 'length':
      return response.write(bytes, () => response.socket?.end());
    case 'stall':
      response.flushHeaders();
      return response.write(bytes.subarray(0, fault.after));
    case 'drip':
      return drip(response, bytes, fault.every);
    default:
      return response.end(bytes);
  }
}

function changed(body: Buffer): Buffer {
  const other = Buffer.from(body);
  if (other.length > 0) other[other.length >> 1]! ^= 1;
  return other;
}

/** A page of a listing, as it is shown. */
function shown(
  page: readonly Listed[],
  how: (Fault & { kind: 'listing' })['how'] | undefined,
): readonly Listed[] {
  switch (how) {
    case 'twice':
      return page.flatMap((entry) => [entry, entry]);
    case 'backwards':
      return page.toReversed();
    case 'holes':
      return page.filter((_, index) => index % 3 !== 2);
    default:
      return page;
  }
}

function drip(response: ServerResponse, bytes: Buffer, every: number): void {
  let at = 0;
  const timer = setInterval(() => {
    response.write(bytes.subarray(at, ++at));
    if (at === bytes.length) response.end();
  }, every);
  response.on('close', () => clearInterval(timer));
}

function sendError(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}

function nameOf(method: string, key: string, query: URLSearchParams): string {
  if (key === '') return query.has('uploads') ? 'ListMultipartUploads' : 'ListObjects';
  if (query.has('uploads')) return 'CreateMultipartUpload';
  if (query.has('uploadId')) {
    return (
      {
        PUT: 'UploadPart',
        POST: 'CompleteMultipartUpload',
        DELETE: 'AbortMultipartUpload',
        GET: 'ListParts',
      }[method] ?? method
    );
  }
  return { PUT: 'PutObject', GET: 'GetObject', HEAD: 'HeadObject', DELETE: 'DeleteObject' }[method] ?? method;
}

const hasChecksum = ({ headers }: IncomingMessage): boolean =>
  Object.keys(headers).some((name) => name === 'content-md5' || name.startsWith('x-amz-checksum-'));

const etagOf = (body: Buffer): string => `"${createHash('md5').update(body).digest('hex')}"`;

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces);
}
