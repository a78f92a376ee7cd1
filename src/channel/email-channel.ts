// The channel of `mailto:`, by SMTP. One attempt is one mail, which tells of all the events that were
// gathered for it; it is delivered once the server has taken it whole (250). Each mail has a connection of its
// own: mails are few, and one that hangs can be cut.

import { connect, type Socket } from 'node:net'
import { createTransport, type SendMailOptions } from 'nodemailer'
import type { SMTPTransportGetSocketCallback } from 'nodemailer/lib/smtp-transport'
import { isLoopbackAddress } from '../loopback.ts'
import type { Attempted, Channel, Destination, Outcome } from './channel.ts'
import { type Deadline, startDeadline } from './deadline.ts'
import { clipDetail } from './detail.ts'
import { type Email, listedEvents, messageIdOf, writeChallenge, writeEmail } from './email-message.ts'
import { formatMailtoUri, parseMailtoUri } from './email-uri.ts'
import { readServerUrl } from './server-url.ts'
import { createSlots } from './slots.ts'

export type EmailChannelOptions = {
  /** `smtp://user:password@host:587`, with STARTTLS where the server has it; `smtps://` for TLS from the start. */
  readonly smtpUrl: string
  /** Who mails are from. */
  readonly from: string
  /** Certificates of authorities that are trusted instead of the well-known ones, as PEM. */
  readonly ca?: string
}

/** Mails on their way at once; endpoints that fail get half of it. */
const mostConnections = 8
/** Of one mail; more wait for the next. */
const mostEvents = 1_000

type Sent = { readonly messageId: string | null; readonly email: Email }

export function openEmailChannel({ smtpUrl, from, ca }: EmailChannelOptions): Channel {
  const server = readSmtpUrl(smtpUrl)
  const slots = createSlots(mostConnections)
  const sockets = new Set<Socket>()

  /** Hands one mail over; cut when its time is up. */
  async function deliver(mail: SendMailOptions, deadline: Deadline): Promise<string> {
    const over = Promise.withResolvers<never>()
    let socket: Socket | null = null
    const transport = createTransport({
      ...server,
      tls: { ...(ca !== undefined && { ca }), minVersion: 'TLSv1.2' },
      disableFileAccess: true,
      disableUrlAccess: true,
      getSocket(_options: unknown, callback: SMTPTransportGetSocketCallback) {
        socket = dial(callback)
      },
    })
    deadline.onOver((why) => {
      socket?.destroy()
      over.reject(new Error(why))
    })
    const { response } = await Promise.race([transport.sendMail(mail), over.promise])
    return response
  }

  function dial(callback: SMTPTransportGetSocketCallback): Socket {
    const socket = connect(server.port, server.host)
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    const fail = (error: Error) => callback(error)
    socket.once('error', fail)
    socket.once('connect', () => {
      socket.off('error', fail)
      callback(null, { connection: socket })
    })
    return socket
  }

  async function send(to: Destination, { messageId, email }: Sent, signal: AbortSignal): Promise<Attempted> {
    const startedMs = performance.now()
    const deadline = startDeadline(to.timeoutMs, signal)
    const done = (attempted: Omit<Attempted, 'latencyMs'>) => ({
      ...attempted,
      latencyMs: Math.round(performance.now() - startedMs),
    })
    try {
      if (signal.aborted) return done(failed('given up'))
      const release = await slots.take(to.isSuspect, deadline)
      if (release === null) return done(failed('no connection to the mail server came free in time'))
      const address = parseMailtoUri(to.uri, 'uri')
      const mail = { ...email, from, to: { name: '', address }, ...(messageId !== null && { messageId }) }
      const response = await deliver(mail, deadline).finally(release)
      return done({ outcome: { kind: 'DELIVERED' }, status: statusOf(response), detail: clip(response, to) })
    } catch (error) {
      return done(judge(error, (text) => clip(text, to)))
    } finally {
      deadline.clear()
    }
  }

  /** Whatever a server repeats, the login is not shown. */
  function clip(text: string, to: Destination): string | null {
    const { user = '', pass = '' } = server.auth ?? {}
    const hidden = { user, pass, user64: base64(user), pass64: base64(pass) }
    return clipDetail(text, { secrets: to.secrets, headers: { ...to.headers, ...hidden } })
  }

  return {
    name: 'email',
    schemes: ['mailto:'],
    most: mostEvents,
    gathers: true,
    listed: listedEvents,
    rate: null,
    confirmedBy: 'LINK',
    check: async (uri, field) => formatMailtoUri(parseMailtoUri(uri, field)),
    async attempt(destination, notifications, signal) {
      const email = writeEmail(notifications, destination.unsubscribeUrl)
      return send(destination, { email, messageId: messageIdOf(notifications, from) }, signal)
    },
    async challenge(destination, challenge, signal) {
      if (challenge.kind !== 'LINK')
        return { ...failed('endpoints of this channel are confirmed by a link'), latencyMs: 0 }
      return send(destination, { email: writeChallenge(challenge.url), messageId: null }, signal)
    },
    async close() {
      for (const socket of sockets) socket.destroy()
    },
  }
}

type Smtp = {
  readonly host: string
  readonly port: number
  readonly secure: boolean
  /** A login leaves this machine only encrypted. */
  readonly requireTLS: boolean
  readonly auth?: { readonly user: string; readonly pass: string }
}

function readSmtpUrl(text: string): Smtp {
  const { host, port, user, password } = readServerUrl(text)
  const secure = text.startsWith('smtps:')
  const hasLogin = user !== ''
  return {
    host,
    port,
    secure,
    requireTLS: !secure && hasLogin && host !== 'localhost' && !isLoopbackAddress(host),
    ...(hasLogin && { auth: { user, pass: password } }),
  }
}

/** What nodemailer rejects with. */
type SmtpError = { readonly responseCode?: number; readonly response?: string; readonly command?: string }

function judge(error: unknown, clip: (text: string) => string | null): Omit<Attempted, 'latencyMs'> {
  const { responseCode = null, response, command } = error as SmtpError
  const text = response ?? (error instanceof Error ? error.message : 'unknown error')
  return { outcome: outcomeOf(responseCode, command), status: responseCode, detail: clip(text) }
}

/** This address, or this mail, is not taken; anything else says that the server takes nothing now. */
function outcomeOf(status: number | null, command = ''): Outcome {
  const isOfThisMail = command === 'RCPT TO' || command === 'DATA'
  if (status !== null && status >= 500 && isOfThisMail) return { kind: 'REFUSED' }
  return { kind: 'FAILED', retryAfterMs: null }
}

function failed(detail: string): Omit<Attempted, 'latencyMs'> {
  return { outcome: { kind: 'FAILED', retryAfterMs: null }, status: null, detail }
}

function statusOf(response: string): number | null {
  const status = Number.parseInt(response, 10)
  return Number.isNaN(status) ? null : status
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
