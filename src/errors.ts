// The catalogue of everything Heliograph refuses: code, HTTP status, WebSocket close code, and whether
// the same call may succeed later. Codes are part of the contract; messages are for people.

type Meaning = {
  /** One sentence for PROTOCOL.md and the schema. */
  means: string
  /** HTTP status that answers it. */
  status: number
  /** WebSocket close code where the whole socket ends with it, else null. */
  close: number | null
  /** May the caller send the same again, unchanged, and hope? */
  retry: boolean
}

export const errorCatalogue = {
  BAD_INPUT: { means: 'A value is not what the field takes.', status: 400, close: null, retry: false },
  BAD_CURSOR: { means: 'The text is not a cursor of this version.', status: 400, close: null, retry: false },
  CURSOR_EXPIRED: {
    means: 'The log no longer holds what the cursor points at; read the state again.',
    status: 410,
    close: null,
    retry: false,
  },
  UNAUTHENTICATED: { means: 'No valid token came with it.', status: 401, close: 4401, retry: false },
  FORBIDDEN: { means: 'The caller may not do this.', status: 403, close: 4403, retry: false },
  NOT_FOUND: {
    means: 'There is no such thing, or not for this caller.',
    status: 404,
    close: null,
    retry: false,
  },
  CONFLICT: {
    means: 'It was changed meanwhile; read it again.',
    status: 409,
    close: null,
    retry: false,
  },
  METHOD_NOT_ALLOWED: { means: 'This door takes another method.', status: 405, close: null, retry: false },
  TOO_LARGE: {
    means: 'The body, event or message is over its limit.',
    status: 413,
    close: 1009,
    retry: false,
  },
  UNSUPPORTED_MEDIA_TYPE: {
    means: 'The content type is not taken here.',
    status: 415,
    close: null,
    retry: false,
  },
  QUERY_TOO_DEEP: {
    means: 'The selection nests deeper than allowed.',
    status: 400,
    close: null,
    retry: false,
  },
  QUERY_TOO_COSTLY: {
    means: 'The selection costs more than allowed.',
    status: 400,
    close: null,
    retry: false,
  },
  REQUEST_TIMEOUT: {
    means: 'The request, or the rest of it, did not come in time.',
    status: 408,
    close: null,
    retry: true,
  },
  TOO_MANY_CONNECTIONS: {
    means: 'The caller has as many connections as it may.',
    status: 429,
    close: 1013,
    retry: true,
  },
  TOO_MANY_OPERATIONS: {
    means: 'The socket or the caller has as many operations as it may.',
    status: 429,
    close: null,
    retry: true,
  },
  RATE_LIMITED: {
    means: 'The caller does this more often than it may.',
    status: 429,
    close: null,
    retry: true,
  },
  TOO_MANY_TICKETS: {
    means: 'The caller holds as many unused stream tickets as it may.',
    status: 429,
    close: null,
    retry: true,
  },
  TOO_MANY_WEBHOOKS: {
    means: 'The caller has as many webhooks as it may.',
    status: 429,
    close: null,
    retry: false,
  },
  OVERLOADED: { means: 'The reader or the gateway cannot keep up.', status: 503, close: 1013, retry: true },
  STORE_UNAVAILABLE: {
    means: 'The store cannot be reached just now.',
    status: 503,
    close: null,
    retry: true,
  },
  KEYS_UNAVAILABLE: {
    means: 'The token cannot be judged: the keys of its issuer cannot be fetched just now.',
    status: 503,
    close: 1013,
    retry: true,
  },
  SHUTTING_DOWN: {
    means: 'The gateway stops; another one, or the next, will serve.',
    status: 503,
    close: 1012,
    retry: true,
  },
  STORE_IN_USE: { means: 'Another process has this data open.', status: 500, close: null, retry: false },
  STORE_UNSUITABLE: {
    means: 'The store is too old or set up so that it would lose data.',
    status: 500,
    close: null,
    retry: false,
  },
  BAD_SETTING: {
    means: 'A setting is unknown or its value is wrong.',
    status: 500,
    close: null,
    retry: false,
  },
  INTERNAL: {
    means: 'A fault of the gateway; its log has the details.',
    status: 500,
    close: 1011,
    retry: true,
  },
} as const satisfies Record<string, Meaning>

export type ErrorCode = keyof typeof errorCatalogue

type Details = {
  /** The field at fault, as the caller spells it: `filter.types[0]`, `HELIOGRAPH_PORT`. */
  field?: string
  /** When to come back, in seconds. */
  retryAfterSeconds?: number
  cause?: unknown
}

/** An error that may be shown to whoever caused it. Any other error is masked as INTERNAL. */
export class HeliographError extends Error {
  readonly code: ErrorCode
  readonly field: string | null
  readonly retryAfterSeconds: number | null

  constructor(code: ErrorCode, message: string, details: Details = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'HeliographError'
    this.code = code
    this.field = details.field ?? null
    this.retryAfterSeconds = details.retryAfterSeconds ?? null
  }

  get status(): number {
    return errorCatalogue[this.code].status
  }
}

/** The error itself if it may be shown, else null. */
export function asHeliographError(error: unknown): HeliographError | null {
  return error instanceof HeliographError ? error : null
}
