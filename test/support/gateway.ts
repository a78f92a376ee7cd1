// The real gateway on a free port and data of its own, for tests that go through its public doors.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readSettings } from '../../src/config.ts'
import { startGateway } from '../../src/gateway.ts'
import type { Logger } from '../../src/observe/logger.ts'
import type { Settings } from '../../src/settings.ts'
import { startRedis } from './redis.ts'

export type EngineName = 'sqlite' | 'redis'

/** For `describe.each`: whatever is promised holds on both. */
export const engineNames: readonly EngineName[] = ['sqlite', 'redis']

export type TestGateway = {
  readonly url: string
  /** Where GraphQL is served, over HTTP and SSE. */
  readonly endpoint: string
  /** The same for WebSocket. */
  readonly socketEndpoint: string
  /** As it was started: a second gateway on the same Redis takes `redisUrl`, a restart `dataDir`. */
  readonly settings: Settings
  /** Posts CloudStack messages or CloudEvents (by `contentType`) to the ingest door. */
  post(body: unknown, contentType?: string, token?: string): Promise<Response>
  /** Stops the gateway alone, keeping its data for another start. */
  halt(): Promise<void>
  /** Stops the gateway, and removes what this call made: the data, the Redis. */
  stop(): Promise<void>
}

/**
 * Starts a gateway that logs nothing, or to the logger it is given. Without `redisUrl` or `dataDir` among the overrides it gets a
 * private Redis, or a new directory.
 */
export async function startTestGateway(
  engine: EngineName,
  overrides: Partial<Settings> = {},
  logger?: Logger,
): Promise<TestGateway> {
  const made = new AsyncDisposableStack()
  try {
    const settings = { ...readSettings({}, []), port: 0, logLevel: 'silent', ...overrides }
    settings.dataDir = overrides.dataDir ?? (await makeDirectory(made))
    if (engine === 'redis') settings.redisUrl = overrides.redisUrl ?? (await makeRedis(made))
    const { url, stop } = await startGateway(settings, logger)
    made.defer(stop)
    const endpoint = `${url}/graphql`
    return {
      url,
      endpoint,
      socketEndpoint: endpoint.replace('http', 'ws'),
      settings,
      post: (body, contentType = 'application/json', token = undefined) =>
        fetch(`${url}/events`, {
          method: 'POST',
          headers: {
            'content-type': contentType,
            ...(token !== undefined && { authorization: `Bearer ${token}` }),
          },
          body: JSON.stringify(body),
        }),
      halt: stop,
      stop: () => made.disposeAsync(),
    }
  } catch (error) {
    await made.disposeAsync()
    throw error
  }
}

async function makeDirectory(made: AsyncDisposableStack): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'heliograph-test-'))
  made.defer(() => rm(directory, { recursive: true, force: true }))
  return directory
}

async function makeRedis(made: AsyncDisposableStack): Promise<string> {
  const redis = await startRedis()
  made.defer(() => redis.stop())
  return redis.url
}
