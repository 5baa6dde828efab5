/** The names MongoDB gives to the codes this server can answer with (its `error_codes.yml`). */
const names: Record<number, string> = {
  1: 'InternalError',
  2: 'BadValue',
  4: 'NoSuchKey',
  8: 'UnknownError',
  9: 'FailedToParse',
  11: 'UserNotFound',
  13: 'Unauthorized',
  14: 'TypeMismatch',
  15: 'Overflow',
  17: 'ProtocolError',
  18: 'AuthenticationFailed',
  20: 'IllegalOperation',
  26: 'NamespaceNotFound',
  27: 'IndexNotFound',
  28: 'PathNotViable',
  31: 'RoleNotFound',
  40: 'ConflictingUpdateOperators',
  43: 'CursorNotFound',
  48: 'NamespaceExists',
  50: 'MaxTimeMSExpired',
  52: 'DollarPrefixedFieldName',
  53: 'InvalidIdField',
  54: 'NotSingleValueField',
  55: 'InvalidDBRef',
  56: 'EmptyFieldName',
  59: 'CommandNotFound',
  66: 'ImmutableField',
  67: 'CannotCreateIndex',
  72: 'InvalidOptions',
  73: 'InvalidNamespace',
  79: 'UnknownReplWriteConcern',
  85: 'IndexOptionsConflict',
  86: 'IndexKeySpecsConflict',
  93: 'InvalidLength',
  100: 'UnsatisfiableWriteConcern',
  112: 'WriteConflict',
  115: 'CommandNotSupported',
  121: 'DocumentValidationFailure',
  136: 'CappedPositionLost',
  146: 'ExceededMemoryLimit',
  148: 'ReadConcernMajorityNotEnabled',
  166: 'CommandNotSupportedOnView',
  167: 'OptionNotSupportedOnView',
  168: 'InvalidPipelineOperator',
  197: 'InvalidIndexSpecificationOption',
  217: 'IncompleteTransactionHistory',
  225: 'TransactionTooOld',
  238: 'NotImplemented',
  239: 'SnapshotTooOld',
  241: 'ConversionFailure',
  246: 'SnapshotUnavailable',
  251: 'NoSuchTransaction',
  256: 'TransactionCommitted',
  263: 'OperationNotSupportedInTransaction',
  280: 'ChangeStreamFatalError',
  292: 'QueryExceededMemoryLimitNoDiskUseAllowed',
  334: 'MechanismUnavailable',
  10334: 'BSONObjectTooLarge',
  11000: 'DuplicateKey',
};

/** The name MongoDB prints beside a code; codes without a name are `Location<code>`. */
export const codeName = (code: number): string => names[code] ?? `Location${code}`;

/**
 * An error that the client receives as MongoDB would send it: `{ok: 0, errmsg, code, codeName, ...extra}`.
 * `labels` become `errorLabels`; `extra` holds fields such as `keyPattern` and `keyValue` of a duplicate key.
 */
export class CommandError extends Error {
  readonly code: number;
  readonly extra: Record<string, unknown>;
  readonly labels: readonly string[];

  constructor(
    code: number,
    message: string,
    options: { extra?: Record<string, unknown>; labels?: readonly string[]; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = codeName(code);
    this.code = code;
    this.extra = options.extra ?? {};
    this.labels = options.labels ?? [];
  }
}

/** 2: a value that is not acceptable where it stands. */
export const badValue = (message: string) => new CommandError(2, message);
/** 9: the request does not have the form it should have. */
export const failedToParse = (message: string) => new CommandError(9, message);
/** 14: a field of the request has the wrong type. */
export const typeMismatch = (message: string) => new CommandError(14, message);

/** 112: another transaction holds or has changed the document. Inside a transaction the driver may run it again as a whole. */
export const writeConflict = (): CommandError =>
  new CommandError(
    112,
    'Caused by :: Write conflict during plan execution and yielding is disabled. :: Please retry your operation or multi-document transaction.',
    {
      labels: ['TransientTransactionError'],
    },
  );

/** The labels an error keeps outside transactions: those about transactions mean nothing there. */
export const noLabels = (error: CommandError): readonly string[] =>
  error.labels.filter((label) => label !== 'TransientTransactionError');
