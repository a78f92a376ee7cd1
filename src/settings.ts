// The settings: one table, from which come the check, the help and the README. How a row is read from
// flags and the environment is config's.

import {
  amqpName,
  bytes,
  count,
  isAmqpUrl,
  isJwksUrl,
  isRedisUrl,
  isSmppUrl,
  isSmsSender,
  isSmtpUrl,
  mebibyte,
  readBindings,
  readCidrs,
  readKeys,
  readOrigins,
  readSite,
  type Setting,
  word,
  yesOrNo,
} from './setting-kind.ts'

/** What the gateway is started with. Sizes in bytes, times in the unit of their name. */
export type Settings = {
  host: string
  /** 0: any free one. */
  port: number
  dataDir: string
  /** Null: the embedded store in `dataDir`. */
  redisUrl: string | null
  /** Null: no AMQP source. */
  amqpUrl: string | null
  amqpExchange: string
  amqpQueue: string
  amqpBindings: readonly string[]
  amqpPrefetch: number
  /** Null: no endpoints on AMQP brokers. */
  amqpBrokersFile: string | null
  /** Null: CloudStack's webhooks are not taken. */
  cloudstackWebhookSecret: string | null
  /** Null: no token file. Without JWTs either nobody is asked, so loopback only. */
  tokensFile: string | null
  /** Null, as issuer and audience are: no JWTs. */
  jwtJwksUrl: string | null
  jwtIssuer: string | null
  jwtAudience: string | null
  jwtRoleClaim: string
  jwtAccountsClaim: string
  /** Origins of foreign pages that may ask, in lower case. */
  corsOrigins: readonly string[]
  retentionDays: number
  retentionEvents: number
  dedupeEvents: number
  logLevel: string
  bodyBytes: number
  batchEvents: number
  eventBytes: number
  messageBytes: number
  queryDepth: number
  queryCost: number
  socketOperations: number
  principalConnections: number
  principalOperations: number
  principalEventsPerSecond: number
  /** Connections of everybody, of any kind. */
  connections: number
  /** WebSockets whose token is still to come. */
  waitingSockets: number
  headersTimeoutMs: number
  requestTimeoutMs: number
  initTimeoutMs: number
  idleTimeoutMs: number
  bufferBytes: number
  /** 0: what was gathered within one tick is written at its end. */
  flushIntervalMs: number
  bookmarkMs: number
  stopTimeoutMs: number
  /** Networks that webhooks may call although they are not public, each with its prefix. */
  webhookAllowCidrs: readonly string[]
  webhookAllowHttp: boolean
  webhookConnections: number
  /** Failures in a row, and the hours since the first of them, after which an endpoint is disabled. */
  webhookFailures: number
  webhookFailureHours: number
  webhooksPerOwner: number
  /** An owner with a JWT that has not come for so long gets nothing until it comes again. */
  webhookOwnerMaxDays: number
  /** Keys of 32 bytes as base64, the first of which seals; none: a file of the embedded store has one. */
  secretKeys: readonly string[]
  /** Where others reach the gateway, without a slash at its end; null: nowhere. */
  publicUrl: string | null
  /** Null, as `mailFrom` is: no mails. */
  smtpUrl: string | null
  mailFrom: string | null
  /** Null, as `smsFrom` is: no texts. */
  smppUrl: string | null
  smsFrom: string | null
  smsPerTenMinutes: number
}

const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']

/** Every setting, in the order of the help. */
export const settingsTable: { readonly [Key in keyof Settings]: Setting<Settings[Key]> } = {
  host: {
    variable: 'HELIOGRAPH_HOST',
    fallback: '127.0.0.1',
    takes: 'an address of this machine, such as 127.0.0.1, 0.0.0.0 or ::1',
    description: 'The address to listen on; without tokens loopback only',
    read: (text) => (/^[\w.:-]+$/.test(text) ? text : undefined),
  },
  port: count('HELIOGRAPH_PORT', 4000, 0, 65_535, 'The port to listen on; 0 takes any free one'),
  dataDir: {
    variable: 'HELIOGRAPH_DATA',
    fallback: './data',
    takes: 'a directory',
    description: 'Where the embedded store keeps its file; made when it is missing',
    read: (text) => text,
  },
  redisUrl: {
    variable: 'HELIOGRAPH_REDIS_URL',
    fallback: null,
    takes:
      'a URL such as redis://127.0.0.1:6379/0, rediss:// for TLS, or redis+sentinel://host:26379,host2:26379/name',
    description: 'Keeps everything in this Redis instead, for several gateways; unset: embedded',
    read: (text) => (isRedisUrl(text) ? text : undefined),
  },
  amqpUrl: {
    variable: 'HELIOGRAPH_AMQP_URL',
    fallback: null,
    takes:
      'a URL such as amqp://name:password@127.0.0.1:5672/, its last part the virtual host; amqps:// for TLS',
    description: "The RabbitMQ broker of CloudStack's event bus, to take events from; unset: none",
    read: (text) => (isAmqpUrl(text) ? text : undefined),
  },
  amqpExchange: amqpName(
    'HELIOGRAPH_AMQP_EXCHANGE',
    'cloudstack-events',
    'The exchange that CloudStack publishes to',
  ),
  amqpQueue: amqpName('HELIOGRAPH_AMQP_QUEUE', 'heliograph', 'The queue of all gateways that share a store'),
  amqpBindings: {
    variable: 'HELIOGRAPH_AMQP_BINDINGS',
    fallback: ['#'],
    takes: 'binding keys of at most 255 bytes each, separated by commas',
    description: 'Which messages the queue gets: binding keys, separated by commas',
    read: readBindings,
  },
  amqpPrefetch: count(
    'HELIOGRAPH_AMQP_PREFETCH',
    // Several batches of the store: while one is kept, what comes next is decoded.
    2_000,
    1,
    65_535,
    'The most messages taken and not yet kept',
  ),
  amqpBrokersFile: {
    variable: 'HELIOGRAPH_AMQP_BROKERS_FILE',
    fallback: null,
    takes: 'a JSON file of brokers by name',
    description: 'The brokers and exchanges that webhooks may publish to; unset: none',
    read: (text) => text,
  },
  cloudstackWebhookSecret: {
    variable: 'HELIOGRAPH_CLOUDSTACK_WEBHOOK_SECRET',
    fallback: null,
    takes: 'a secret of 16 to 255 ASCII letters, digits and signs, without spaces',
    description: "The secretkey of CloudStack's webhooks, which sign what they send; unset: none are taken",
    isSecret: true,
    // CloudStack keeps 255 characters of it.
    read: (text) => (/^[!-~]{16,255}$/.test(text) ? text : undefined),
  },
  tokensFile: {
    variable: 'HELIOGRAPH_TOKENS_FILE',
    fallback: null,
    takes: 'a file that `heliograph token create` made',
    description: 'Who may come, by hashed tokens; without it or JWTs only this machine is served',
    read: (text) => text,
  },
  jwtJwksUrl: {
    variable: 'HELIOGRAPH_JWT_JWKS_URL',
    fallback: null,
    takes: 'a URL such as https://id.example.org/jwks.json; http:// on this machine only, and no login in it',
    description: 'The JWKS, the public keys, of whoever issues JWTs; unset: no JWTs',
    read: (text) => (isJwksUrl(text) ? text : undefined),
  },
  jwtIssuer: word('HELIOGRAPH_JWT_ISSUER', null, 'What the claim iss of every JWT is, to the letter'),
  jwtAudience: word('HELIOGRAPH_JWT_AUDIENCE', null, 'What the claim aud of every JWT is or holds'),
  jwtRoleClaim: word(
    'HELIOGRAPH_JWT_ROLE_CLAIM',
    'role',
    'The claim with the role, or with a list that holds it; dots lead inside',
  ),
  jwtAccountsClaim: word(
    'HELIOGRAPH_JWT_ACCOUNTS_CLAIM',
    'accounts',
    "The claim with a tenant's account id, or a list of them; dots lead inside",
  ),
  corsOrigins: {
    variable: 'HELIOGRAPH_CORS_ORIGINS',
    fallback: [],
    takes: 'origins such as https://dashboard.example.org, with commas between them',
    description: 'Other sites whose pages may ask, with a token',
    read: readOrigins,
  },
  retentionDays: count('HELIOGRAPH_RETENTION_DAYS', 7, 1, 36_500, 'How long events are kept'),
  retentionEvents: count(
    'HELIOGRAPH_RETENTION_EVENTS',
    1_000_000,
    1,
    1e9,
    'How many events are kept at most',
  ),
  dedupeEvents: count(
    'HELIOGRAPH_DEDUPE_EVENTS',
    1_000_000,
    1,
    1e9,
    'An event is known as a duplicate for 24 hours or this many events',
  ),
  logLevel: {
    variable: 'HELIOGRAPH_LOG_LEVEL',
    fallback: 'info',
    takes: `one of ${logLevels.join(', ')}`,
    description: 'The mildest message that is logged',
    read: (text) => logLevels.find((level) => level === text),
  },
  bodyBytes: bytes(
    'HELIOGRAPH_BODY_BYTES',
    10 * mebibyte,
    'The largest body of a request; NDJSON may be longer',
  ),
  batchEvents: count('HELIOGRAPH_BATCH_EVENTS', 10_000, 1, 1e6, 'The most events in one posted JSON array'),
  eventBytes: bytes('HELIOGRAPH_EVENT_BYTES', 256 * 1024, 'The largest event'),
  messageBytes: bytes('HELIOGRAPH_MESSAGE_BYTES', 128 * 1024, 'The largest WebSocket message of a client'),
  queryDepth: count('HELIOGRAPH_QUERY_DEPTH', 12, 1, 100, 'How deep a selection may nest'),
  queryCost: count(
    'HELIOGRAPH_QUERY_COST',
    50_000,
    1,
    1e9,
    'How much a query may cost: about one per field and row',
  ),
  socketOperations: count(
    'HELIOGRAPH_SOCKET_OPERATIONS',
    100,
    1,
    100_000,
    'The most operations on one WebSocket',
  ),
  principalConnections: count(
    'HELIOGRAPH_PRINCIPAL_CONNECTIONS',
    1_000,
    1,
    1e6,
    'The most WebSockets and event streams of one caller',
  ),
  principalOperations: count(
    'HELIOGRAPH_PRINCIPAL_OPERATIONS',
    10_000,
    1,
    1e6,
    'The most operations of one caller at once, over all its connections',
  ),
  principalEventsPerSecond: count(
    'HELIOGRAPH_PRINCIPAL_EVENTS_PER_SECOND',
    50_000,
    1,
    1e9,
    'How many events one caller may post, in the long run',
  ),
  connections: count('HELIOGRAPH_CONNECTIONS', 20_000, 1, 1e6, 'The most connections of all callers'),
  waitingSockets: count(
    'HELIOGRAPH_WAITING_SOCKETS',
    2_000,
    1,
    1e6,
    'The most WebSockets whose token is still to come, with connection_init',
  ),
  headersTimeoutMs: count(
    'HELIOGRAPH_HEADERS_TIMEOUT_MS',
    15_000,
    100,
    600_000,
    'How long a request may take until its headers are there',
  ),
  requestTimeoutMs: count(
    'HELIOGRAPH_REQUEST_TIMEOUT_MS',
    120_000,
    100,
    86_400_000,
    'How long the body of a request may take; NDJSON may take longer',
  ),
  initTimeoutMs: count(
    'HELIOGRAPH_INIT_TIMEOUT_MS',
    10_000,
    100,
    600_000,
    'How long a WebSocket may take to send connection_init',
  ),
  idleTimeoutMs: count(
    'HELIOGRAPH_IDLE_TIMEOUT_MS',
    60_000,
    1_000,
    86_400_000,
    'How long a connection may rest: nothing runs, a body pauses, an answer is not read',
  ),
  bufferBytes: bytes(
    'HELIOGRAPH_BUFFER_BYTES',
    mebibyte,
    'Unsent bytes after which a connection reads from the log',
  ),
  flushIntervalMs: count(
    'HELIOGRAPH_FLUSH_INTERVAL_MS',
    0,
    0,
    1_000,
    'Gathers deliveries for this long into one write: later, but cheaper',
  ),
  bookmarkMs: count(
    'HELIOGRAPH_BOOKMARK_MS',
    15_000,
    100,
    3_600_000,
    'How often a quiet subscription gets a cursor',
  ),
  stopTimeoutMs: count(
    'HELIOGRAPH_STOP_TIMEOUT_MS',
    10_000,
    0,
    600_000,
    'How long a stop waits for what is under way',
  ),
  webhookAllowCidrs: {
    variable: 'HELIOGRAPH_WEBHOOK_ALLOW_CIDRS',
    fallback: [],
    takes: 'networks such as 10.0.0.0/8 or fd00::/8, with commas between them',
    description: 'Networks that webhooks may call although they are not public',
    read: readCidrs,
  },
  webhookAllowHttp: yesOrNo(
    'HELIOGRAPH_WEBHOOK_ALLOW_HTTP',
    false,
    'Whether webhooks may call http: without TLS',
  ),
  webhookConnections: count(
    'HELIOGRAPH_WEBHOOK_CONNECTIONS',
    64,
    2,
    1_024,
    'The most connections of webhooks to one host; endpoints that fail get half of them',
  ),
  webhookFailures: count(
    'HELIOGRAPH_WEBHOOK_FAILURES',
    20,
    1,
    1e6,
    'Failures in a row that disable an endpoint, once the first of them is long enough ago',
  ),
  webhookFailureHours: count(
    'HELIOGRAPH_WEBHOOK_FAILURE_HOURS',
    24,
    0,
    8_760,
    'How long ago the first failure in a row must be for the endpoint to be disabled',
  ),
  webhooksPerOwner: count(
    'HELIOGRAPH_WEBHOOK_PER_OWNER',
    100,
    1,
    1e6,
    'The most webhooks of one owner: of one name in the token file, or one subject of JWTs',
  ),
  webhookOwnerMaxDays: count(
    'HELIOGRAPH_WEBHOOK_OWNER_MAX_DAYS',
    30,
    1,
    36_500,
    'For how long the webhooks of a subject of JWTs work after it last came',
  ),
  secretKeys: {
    variable: 'HELIOGRAPH_SECRET_KEYS',
    fallback: [],
    takes: 'keys of 32 bytes in base64, with commas between them (`openssl rand -base64 32` makes one)',
    description:
      'Seal secrets of webhooks, the first; all open them. Unset: the embedded store has a key file',
    isSecret: true,
    read: readKeys,
  },
  publicUrl: {
    variable: 'HELIOGRAPH_PUBLIC_URL',
    fallback: null,
    takes: 'a URL such as https://events.example.org, without a login, ? or #',
    description: 'Where others reach this gateway, for links in mails; unset: none',
    read: readSite,
  },
  smtpUrl: {
    variable: 'HELIOGRAPH_SMTP_URL',
    fallback: null,
    takes:
      'a URL such as smtp://user:password@mail.example.org:587, smtps:// for TLS from the start; signs in the login as %40',
    description: 'The server that takes mails for webhooks; unset: no mailto: endpoints',
    isSecret: true,
    read: (text) => (isSmtpUrl(text) ? text : undefined),
  },
  mailFrom: {
    variable: 'HELIOGRAPH_MAIL_FROM',
    fallback: null,
    takes: 'one address such as heliograph@example.org',
    description: 'Who mails are from',
    read: (text) => (/^[^\s@<>",;:]{1,64}@[a-z0-9.-]{1,253}$/i.test(text) ? text : undefined),
  },
  smppUrl: {
    variable: 'HELIOGRAPH_SMPP_URL',
    fallback: null,
    takes:
      'a URL such as smpp://system_id:password@sms.example.org:2775, ssmpp:// for TLS; signs in the login as %40',
    description: 'The SMS centre that takes texts for webhooks, by SMPP 3.4; unset: no sms: endpoints',
    isSecret: true,
    read: (text) => (isSmppUrl(text) ? text : undefined),
  },
  smsFrom: {
    variable: 'HELIOGRAPH_SMS_FROM',
    fallback: null,
    takes: 'a number such as +4915123456789, a short code of 3 to 8 digits, or at most 11 letters and digits',
    description: 'Who texts are from, as the SMS centre allows it',
    read: (text) => (isSmsSender(text) ? text : undefined),
  },
  smsPerTenMinutes: count(
    'HELIOGRAPH_SMS_PER_TEN_MINUTES',
    5,
    1,
    600,
    'The most texts to one number in ten minutes; what waits is then told in one',
  ),
}
