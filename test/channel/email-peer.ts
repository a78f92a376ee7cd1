// A mail server on loopback, with STARTTLS and a login, that does as it is told and keeps what came.

import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'
import { onTestFinished } from 'vitest'
import type { Channel } from '../../src/channel/channel.ts'
import { openEmailChannel } from '../../src/channel/email-channel.ts'
import type { Manner, OpenedChannel, Peer } from './conformance/runner.ts'
import { loopbackCertificate, loopbackKey } from './tls-fixture.ts'

export const login = { user: 'heliograph', pass: 's3cret-of-mail!' }
export const from = 'heliograph@example.org'

export type Received = {
  readonly to: readonly string[]
  readonly raw: string
  readonly mail: ParsedMail
  readonly session: Pick<SMTPServerSession, 'secure' | 'user'>
}

export type EmailPeer = Peer & {
  readonly url: string
  readonly mails: readonly Received[]
  /** What recipients, or whole mails, are answered with from now on. */
  answer(at: 'RCPT' | 'DATA' | 'MAIL', status: number): void
}

export type EmailPeerOptions = { readonly startTls?: boolean; readonly asksLogin?: boolean }

const statuses: Readonly<Record<Exclude<Manner, 'HANG' | 'ACCEPT'>, number>> = { REFUSE: 550, FAIL: 451 }

/** Listens on a free port of 127.0.0.1. */
export async function startEmailPeer(options: EmailPeerOptions = {}): Promise<EmailPeer> {
  const { startTls = true, asksLogin = true } = options
  const mails: Received[] = []
  const sockets = new Set<Socket>()
  const answers = new Map<string, number>()
  let hangs = false
  let waiting: (() => void)[] = []
  let port = 0

  const wake = () => {
    for (const resolve of waiting) resolve()
    waiting = []
  }
  const answerAs = (at: string, said: string, callback: (error?: Error) => void) => {
    const status = answers.get(at)
    if (status === undefined) return callback()
    callback(Object.assign(new Error(said), { responseCode: status }))
  }

  const create = () => {
    const server = new SMTPServer({
      disabledCommands: startTls ? [] : ['STARTTLS'],
      authOptional: !asksLogin,
      disableReverseLookup: true,
      allowInsecureAuth: true,
      cert: loopbackCertificate,
      key: loopbackKey,
      onConnect(_session, callback) {
        if (!hangs) callback()
        else wake()
      },
      onAuth({ username, password }, _session, callback) {
        if (username === login.user && password === login.pass) callback(null, { user: username })
        else callback(new Error(`no such login: ${username} ${password}`))
      },
      onMailFrom: (_address, _session, callback) => answerAs('MAIL', 'not from you', callback),
      onRcptTo: ({ address }, _session, callback) => answerAs('RCPT', `no mail for ${address}`, callback),
      async onData(stream, session, callback) {
        const raw = await buffer(stream)
        const to = session.envelope.rcptTo.map(({ address }) => address)
        mails.push({ to, raw: String(raw), mail: await simpleParser(raw), session })
        wake()
        answerAs('DATA', String(raw), callback)
      },
    })
    server.server.on('connection', (socket: Socket) => {
      sockets.add(socket)
      // Else it would not be seen to end.
      if (hangs) socket.resume()
      socket.once('close', () => sockets.delete(socket))
    })
    server.on('error', () => {})
    return server
  }
  let server = create()

  async function listen(): Promise<void> {
    server.listen(port, '127.0.0.1')
    await once(server.server, 'listening')
    port = (server.server.address() as AddressInfo).port
  }
  async function vanish(): Promise<void> {
    if (!server.server.listening) return
    const closed = new Promise<void>((resolve) => server.close(resolve))
    for (const socket of sockets) socket.destroy()
    await closed
  }
  await listen()

  return {
    url: `smtp://${login.user}:${encodeURIComponent(login.pass)}@127.0.0.1:${port}`,
    mails,
    behave(manner) {
      hangs = manner === 'HANG'
      answers.clear()
      if (manner === 'REFUSE' || manner === 'FAIL') answers.set('DATA', statuses[manner])
    },
    answer: (at, status) => void answers.set(at, status),
    received: () => mails.length,
    reached: () => new Promise((resolve) => waiting.push(resolve)),
    // A socket that TLS took over does not tell that it has closed.
    connections: () => server.connections.size,
    vanish,
    stop: vanish,
    async appear() {
      hangs = false
      answers.clear()
      server = create()
      await listen()
    },
  }
}

export function openTestEmailChannel({ url }: Pick<EmailPeer, 'url'>): Channel {
  return openEmailChannel({ smtpUrl: url, from, ca: loopbackCertificate })
}

/** A channel and its server, both ended with the test. */
export async function openEmail(
  options?: EmailPeerOptions,
): Promise<Omit<OpenedChannel, 'peer' | 'badUris'> & { readonly peer: EmailPeer }> {
  const peer = await startEmailPeer(options)
  const channel = openTestEmailChannel(peer)
  onTestFinished(async () => {
    await channel.close()
    await peer.stop()
  })
  return { channel, peer, uri: 'mailto:Ann.Smith@EXAMPLE.org' }
}
