import { forAws } from '../../model/clean-environment.ts';
import type { Reading } from './elsewhere.ts';
import { NotRead } from './not-read.ts';
import { askTool, type Tool } from './tool.ts';

/** https://docs.aws.amazon.com/cli/latest/reference/secretsmanager/get-secret-value.html */
const aws: Tool = {
  program: 'aws',
  from: 'https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html',
  refusals:
    /AccessDenied|UnrecognizedClient|ExpiredToken|InvalidClientTokenId|InvalidSignature|Unable to locate credentials|(?:SSO|Token).*(?:expired|refresh)|not authorized|config profile .* could not be found/i,
  letIn:
    'Sign in (aws sso login), or give AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of a role with secretsmanager:GetSecretValue on it.',
};

/** Of a secret as it is, or of one that holds JSON one field. */
export async function readAws(
  { id, region, key }: { readonly id: string; readonly region?: string; readonly key?: string },
  { address, root, env, signal, once }: Reading,
): Promise<string> {
  const args = [
    'secretsmanager',
    'get-secret-value',
    `--secret-id=${id}`,
    ...(region === undefined ? [] : [`--region=${region}`]),
    '--query=SecretString',
    '--output=json',
  ];
  // Several fields of one secret are one request.
  const text = await once(args.join(' '), () =>
    askTool(aws, args, address, { cwd: root, also: forAws, env, signal }),
  );
  const value = parsed(text);
  if (typeof value !== 'string')
    throw new NotRead(address, 'not-read', 'it holds no text', 'Keep it there as text (SecretString).');
  if (key === undefined) return value;
  const fields = parsed(value);
  if (typeof fields !== 'object' || fields === null)
    throw new NotRead(
      address,
      'not-read',
      `it holds no JSON, so it has no field ${key}`,
      `Leave #${key} out, or keep it there as JSON.`,
    );
  const field = (fields as Record<string, unknown>)[key];
  if (Object.hasOwn(fields, key) && ['string', 'number', 'boolean'].includes(typeof field))
    return String(field);
  throw new NotRead(
    address,
    'not-read',
    `it has no field ${key}`,
    `Its fields are: ${Object.keys(fields).join(', ') || '(none)'}.`,
  );
}

/** JSON.parse quotes what it could not read, and here that is secret. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
