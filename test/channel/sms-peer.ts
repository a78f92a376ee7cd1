// An SMS centre on loopback, of the package's own server side, that does as it is told and keeps what came.

import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import smpp, { type Pdu, type Server, type Session } from 'smpp'
import { onTestFinished } from 'vitest'
import type { Channel } from '../../src/channel/channel.ts'
import { openSmsChannel, type SmsChannelOptions } from '../../src/channel/sms-channel.ts'
import type { Manner, OpenedChannel, Peer } from './conformance/runner.ts'
import { certificate, key, loopbackCertificate, loopbackKey } from './tls-fixture.ts'

export const password = 's3cret!@'

export type SmsPeer = Peer & {
  /** With the password. */
  readonly url: string
  /** Every PDU that came and is no answer, in order. */
  readonly asked: readonly Pdu[]
  readonly answers: readonly Pdu[]
  /** What was submitted. */
  submitted(): readonly Pdu[]
  /** What bindings are answered with from now on; 0 takes the right login. */
  answerBind(status: number): void
  /** What submissions are answered with from now on. */
  answerSubmit(status: number): void
  /** Resolves once the condition holds, which may change with every PDU and connection. */
  until(condition: () => boolean): Promise<void>
  /** Sends on every session that is bound. */
  ask(command: string, fields?: Readonly<Record<string, unknown>>): void
  /** Writes raw bytes to every session. */
  write(bytes: Buffer): void
  /** Cuts what is open, and listens on. */
  cut(): void
  bindings(): number
}

export type SmsPeerOptions = {
  /** The certificate to speak TLS with: the right one, or one for another name. */
  readonly tls?: 'RIGHT' | 'OTHER'
}

const statuses: Readonly<Record<Exclude<Manner, 'HANG'>, number>> = { ACCEPT: 0, REFUSE: 11, FAIL: 8 }

/** Listens on a free port of 127.0.0.1. */
export async function startSmsPeer({ tls }: SmsPeerOptions = {}): Promise<SmsPeer> {
  const bound = new Set<Session>()
  const sockets = new Set<Socket>()
  const asked: Pdu[] = []
  const answers: Pdu[] = []
  const waiting = new Set<() => void>()
  let hangs = false
  let bindStatus = 0
  let submitStatus = 0

  const wake = () => {
    for (const one of [...waiting]) one()
  }
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (!condition()) return
        waiting.delete(check)
        resolve()
      }
      waiting.add(check)
      check()
    })

  function answer(session: Session, pdu: Pdu): void {
    if (hangs) return
    if (pdu.command === 'bind_transceiver') {
      const isRight = pdu.system_id === 'heliograph' && pdu.password === password
      const command_status = bindStatus === 0 && !isRight ? 14 : bindStatus
      if (command_status === 0) bound.add(session)
      session.send(pdu.response({ command_status }))
    } else if (pdu.command === 'submit_sm') {
      session.send(pdu.response({ command_status: submitStatus, message_id: String(asked.length) }))
    } else session.send(pdu.response())
    if (pdu.command === 'unbind') session.destroy()
  }

  const keys = tls === 'RIGHT' ? [loopbackCertificate, loopbackKey] : [certificate, key]
  const listen = (port: number) => {
    const server: Server = smpp.createServer(tls ? { cert: keys[0], key: keys[1] } : {}, (session) => {
      session.on('error', () => session.destroy())
      session.on('pdu', (pdu: Pdu) => {
        if (pdu.isResponse()) answers.push(pdu)
        else asked.push(pdu)
        if (!pdu.isResponse()) answer(session, pdu)
        wake()
      })
      session.on('close', () => {
        bound.delete(session)
        wake()
      })
    })
    server.on('connection', (socket: Socket) => {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.once('close', () => {
        sockets.delete(socket)
        wake()
      })
      wake()
    })
    server.listen(port, '127.0.0.1')
    return once(server, 'listening').then(() => server)
  }

  let server = await listen(0)
  const { port } = server.address() as AddressInfo
  const submitted = () => asked.filter(({ command }) => command === 'submit_sm')
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }

  async function vanish(): Promise<void> {
    if (!server.listening) return
    server.close()
    cut()
    await once(server, 'close')
  }

  return {
    url: `${tls ? 'ssmpp' : 'smpp'}://heliograph:${encodeURIComponent(password)}@127.0.0.1:${port}`,
    asked,
    answers,
    submitted,
    until,
    behave(manner) {
      hangs = manner === 'HANG'
      if (manner !== 'HANG') submitStatus = statuses[manner]
    },
    answerBind: (status) => {
      bindStatus = status
    },
    answerSubmit: (status) => {
      submitStatus = status
    },
    received: () => submitted().length,
    async reached() {
      const before = asked.length
      await until(() => asked.length > before)
    },
    ask(command, fields) {
      for (const session of bound) session.send(new smpp.PDU(command, fields))
    },
    write(bytes) {
      for (const socket of sockets) socket.write(bytes)
    },
    cut,
    connections: () => sockets.size,
    bindings: () => asked.filter(({ command }) => command === 'bind_transceiver').length,
    vanish,
    stop: vanish,
    async appear() {
      hangs = false
      submitStatus = 0
      server = await listen(port)
    },
  }
}

/** Pauses so short that a test need not wait for them, and no enquiry by itself. */
export const quickTimes = { enquireMs: 3_600_000, answerMs: 10_000, firstPauseMs: 20, longestPauseMs: 80 }

/** A channel to the peer. */
export function openTestSmsChannel(peer: SmsPeer, changes: Partial<SmsChannelOptions> = {}): Channel {
  return openSmsChannel({ smppUrl: peer.url, sender: 'Heliograph', times: quickTimes, ...changes })
}

/** Both, until the test is over; the session is bound. */
export async function openSms(
  changes: Partial<SmsChannelOptions> = {},
): Promise<OpenedChannel & { readonly peer: SmsPeer }> {
  const peer = await startSmsPeer()
  const channel = openTestSmsChannel(peer, changes)
  onTestFinished(async () => {
    await channel.close()
    await peer.stop()
  })
  await peer.until(() => peer.bindings() === 1)
  return { channel, peer, uri: 'sms:+4915123456789', badUris: [] }
}

/** The text of what was submitted or delivered, without its header. */
export function messageOf(pdu: Pdu | undefined): string {
  return String((pdu?.short_message as { readonly message?: string } | undefined)?.message)
}
