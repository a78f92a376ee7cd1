// Connections to a RabbitMQ broker that come back by themselves, and what may be said of their errors:
// never the name or password they log in with.

import { Connection } from 'rabbitmq-client'
import { readServerUrl } from './server-url.ts'

/** A broker frees what a silent peer holds after about two of these: another gateway takes over in time. */
const heartbeatSeconds = 4
const retryLowMs = 250
const retryHighMs = 5_000

/**
 * Starts connecting at once, and again with growing pauses whenever the connection is lost.
 * @param url `amqp://name:password@host:5672/vhost`, or `amqps:`; guest where nobody is named
 * @param purpose what the broker lists it as
 * @param acquireTimeoutMs how long a call waits for the connection
 * @param failed told once each time the connection is lost or cannot be made
 */
export function openConnection(
  url: string,
  purpose: string,
  acquireTimeoutMs: number,
  failed: (error: unknown) => void,
): Connection {
  const address = new URL(url)
  const { host, port } = readServerUrl(url)
  if (address.username === '') {
    address.username = 'guest'
    address.password = 'guest'
  }
  const connection = new Connection({
    url: address.href,
    connectionName: `heliograph ${purpose}`,
    // The library takes the brackets of an IPv6 address for a part of the name.
    socket: { host, port },
    heartbeat: heartbeatSeconds,
    retryLow: retryLowMs,
    retryHigh: retryHighMs,
    acquireTimeout: acquireTimeoutMs,
  })
  // Without a listener, an error would end the process.
  connection.on('error', failed)
  return connection
}

/** An error in one line, for logs. */
export function describeFailure(error: unknown, url: string): string {
  const { username, password } = new URL(url)
  const decoded = readServerUrl(url)
  const secrets = [username, password, decoded.user, decoded.password]
  const parts = error instanceof Error ? [codeOf(error), error.message] : [String(error)]
  const text = parts.filter((part) => part !== '').join(': ')
  return secrets.reduce((shown, secret) => (secret === '' ? shown : shown.replaceAll(secret, '…')), text)
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}
