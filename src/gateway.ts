// The wiring: settings in, a running gateway out. The only file that names an engine or a source; channels
// are named in channels.ts. What was opened is closed in reverse order, after a failed start as well as on
// stop: the server takes no more and finishes what it took, sockets close, sources finish what they took,
// then intake, hub and store.

import { randomUUID } from 'node:crypto'
import { createAllowances } from './auth/allowance.ts'
import type { Credentials } from './auth/credential.ts'
import { namedOnLoopback, openCredentials, watchComing } from './auth/credentials.ts'
import { createGate, recallLoopback } from './auth/gate.ts'
import { readableAccounts } from './auth/principal.ts'
import { createTickets } from './auth/tickets.ts'
import { openChannels } from './channels.ts'
import { HeliographError } from './errors.ts'
import { startServer } from './http/server.ts'
import { createHub } from './hub/hub.ts'
import { type AmqpSource, startAmqpSource } from './ingest/amqp-source.ts'
import { createIntake, type Intake } from './ingest/intake.ts'
import { createHealth } from './observe/health.ts'
import { createLogger, type Logger } from './observe/logger.ts'
import { createMetrics, type Metrics } from './observe/metrics.ts'
import type { Settings } from './settings.ts'
import { openRedisStore } from './store/redis/redis-store.ts'
import { openSqliteStore } from './store/sqlite/sqlite-store.ts'
import type { Retention, Store } from './store/store.ts'
import { openDispatcher } from './webhook/dispatcher.ts'
import { createLinks } from './webhook/links.ts'
import { createOwners, type Owners } from './webhook/owners.ts'
import { createPost } from './webhook/post.ts'
import { createRegistry, type Registry, type RegistryParts } from './webhook/registry.ts'
import { resealAll } from './webhook/reseal.ts'
import { ordinaryRests } from './webhook/retry.ts'
import { openSecretBox } from './webhook/secret-key.ts'

export type Gateway = {
  /** Where it listens: `http://127.0.0.1:4000`, with the port it got where 0 was asked for. */
  readonly url: string
  /** Finishes what is under way and lets go of everything; further calls wait for the same stop. */
  stop(): Promise<void>
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const trimEveryMs = 60_000

/**
 * Opens everything the settings name. A failure closes what was opened before it is thrown.
 * @throws HeliographError BAD_SETTING, STORE_IN_USE, STORE_UNSUITABLE or STORE_UNAVAILABLE
 */
export async function startGateway(
  settings: Settings,
  logger: Logger = createLogger(settings.logLevel),
): Promise<Gateway> {
  const opened = new AsyncDisposableStack()
  try {
    const { url, beginStop } = await openAll(settings, logger, opened)
    let stopped: Promise<void> | null = null
    const stop = () => {
      beginStop()
      stopped ??= opened.disposeAsync()
      return stopped
    }
    return { url, stop }
  } catch (error) {
    await opened.disposeAsync()
    throw error
  }
}

async function openAll(settings: Settings, logger: Logger, opened: AsyncDisposableStack) {
  const credentials = await openCredentials(settings, logger)
  opened.defer(() => credentials?.close())
  const metrics = createMetrics()
  const allowances = createAllowances(settings, metrics)
  const store = await openStore(settings, logger)
  opened.defer(() => store.close())
  const tickets = createTickets(store.tickets, credentials?.recall ?? recallLoopback)
  const { log, resources } = store
  const owners = openOwners(settings, { store, credentials, logger })
  const gate = createGate(watched(credentials, owners), tickets, settings.corsOrigins)
  const webhooks = await openWebhooks(settings, { store, owners, metrics, logger, opened })
  const hub = await createHub({ log, resources, logger, metrics, limits: settings })
  opened.defer(() => hub.close())
  const intake = createIntake({ log, metrics })
  opened.defer(() => intake.close())
  const amqp = startAmqp(settings, { intake, metrics, logger })
  opened.defer(() => amqp?.close())
  let stopping = false
  const health = createHealth({
    gateway: () => ({ ready: !stopping, detail: stopping ? 'stopping' : 'running' }),
    store: () => store.health(),
    // A broker that is down stops no client from being served.
    ...(amqp && { amqp: () => ({ ready: true, detail: amqp.detail() }) }),
  })
  const reading = { log, resources, webhooks, hub }
  const parts = { settings, gate, tickets, allowances, ...reading, intake, metrics, health, logger }
  const server = await startServer(parts).catch((error: unknown) => {
    throw listenError(error, settings)
  })
  opened.defer(() => server.stop())
  const beginStop = () => {
    stopping = true
    // At once, so that another gateway takes over while this one still drains.
    void amqp?.close()
  }
  return { url: server.url, beginStop }
}

type OwnersParts = {
  readonly store: Store
  readonly credentials: Credentials | null
  readonly logger: Logger
}

function openOwners(settings: Settings, { store, credentials, logger }: OwnersParts): Owners {
  return createOwners({
    webhooks: store.webhooks,
    named: credentials?.named ?? namedOnLoopback,
    maxDays: settings.webhookOwnerMaxDays,
    logger,
  })
}

/** Whoever comes in is noted, as that tells what its webhooks may see. */
function watched(credentials: Credentials | null, owners: Owners): Credentials | null {
  if (credentials === null) return null
  return watchComing(credentials, (principal) =>
    owners.came({ name: principal.name, accounts: readableAccounts(principal) }),
  )
}

type WebhookParts = {
  readonly store: Store
  readonly owners: Owners
  readonly metrics: Metrics
  readonly logger: Logger
  readonly opened: AsyncDisposableStack
}

/** Opens what commands webhooks, and what delivers them. */
async function openWebhooks(settings: Settings, parts: WebhookParts): Promise<Registry> {
  const { store, owners, metrics, logger, opened } = parts
  const { log, webhooks } = store
  const { publicUrl, redisUrl, secretKeys } = settings
  const box = await openSecretBox({ secretKeys, dataDir: redisUrl === null ? settings.dataDir : null })
  if (box !== null) await resealAll(webhooks, box)
  const links = publicUrl === null || box === null ? null : createLinks(publicUrl, box)
  const channels = await openChannels(settings, { metrics, logger }, opened)
  const unsubscribeUrl = links?.unsubscribeUrl ?? (() => null)
  const post = createPost({ channels: channels.all, box, unsubscribeUrl, metrics })
  const dispatcher = await openDispatcher({
    ...{ log, webhooks, post, rights: owners.rights, logger },
    holder: randomUUID(),
    limits: {
      failures: settings.webhookFailures,
      periodMs: settings.webhookFailureHours * hourMs,
      rests: ordinaryRests,
    },
    graceMs: settings.stopTimeoutMs / 2,
  })
  opened.defer(() => dispatcher.close())
  const sender = publicUrl === null ? null : new URL(publicUrl).hostname
  const askPermission: RegistryParts['askPermission'] =
    sender === null ? null : (to, signal) => channels.http.handshake(to, sender, signal)
  return createRegistry({
    ...{ webhooks, log, post, box, links, owners, askPermission, now: Date.now },
    kick: dispatcher.kick,
    limits: settings,
  })
}

function startAmqp(
  settings: Settings,
  parts: { readonly intake: Intake; readonly metrics: Metrics; readonly logger: Logger },
): AmqpSource | null {
  if (settings.amqpUrl === null) return null
  return startAmqpSource({
    ...parts,
    url: settings.amqpUrl,
    queue: {
      exchange: settings.amqpExchange,
      queue: settings.amqpQueue,
      bindings: settings.amqpBindings,
      prefetch: settings.amqpPrefetch,
    },
    limits: settings,
    // What is open below it needs time to close as well.
    stopTimeoutMs: settings.stopTimeoutMs / 2,
  })
}

function openStore(settings: Settings, logger: Logger): Promise<Store> {
  const retention: Retention = {
    maxAgeMs: settings.retentionDays * dayMs,
    maxEntries: settings.retentionEvents,
    dedupeEntries: settings.dedupeEvents,
    dedupeMs: dayMs,
    trimEveryMs,
  }
  if (settings.redisUrl !== null) return openRedisStore({ url: settings.redisUrl, retention, logger })
  return openSqliteStore({ directory: settings.dataDir, retention, logger })
}

/** Says which setting helps where the address cannot be listened on. */
function listenError(error: unknown, { host, port }: Settings): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `port ${port} of ${host} is taken by another process; choose another with --port, or any free one with --port 0`,
    EACCES: `port ${port} is not open to this user; choose one above 1023 with --port`,
    EADDRNOTAVAIL: `this machine has no address ${host}; --host takes one it has, such as 127.0.0.1`,
  }
  const reason = reasons[String(code)]
  if (reason === undefined) return error
  const field = code === 'EADDRNOTAVAIL' ? 'HELIOGRAPH_HOST' : 'HELIOGRAPH_PORT'
  return new HeliographError('BAD_SETTING', reason, { field, cause: error })
}
