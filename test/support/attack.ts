// The real program as a target: its memory measured from outside, and a client of good will beside it.
//
// The heap is read through Node's inspector, after a collection: RSS stays up for reasons of its own, and a
// heap that was not collected tells nothing.

import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { connect as connectSocket, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { connect, query, type Row } from './clients.ts'
import { cloudEventBatch, note } from './cloud.ts'
import { openInspector } from './inspector.ts'
import { runNode } from './program.ts'

export type Target = {
  readonly url: string
  readonly endpoint: string
  readonly socketEndpoint: string
  /** Bytes in use on the heap of the main thread once everything unreachable was collected. */
  heapBytes(): Promise<number>
  /** Open file descriptors, so connections too. */
  descriptors(): Promise<number>
  /** Posts an event, and resolves when a subscription that stood all the time has got it. */
  serves(): Promise<void>
  /** A connection of bare bytes; what it receives is kept in `text`. */
  dial(): Promise<BareSocket>
  log(): string
  stop(): Promise<void>
}

export type BareSocket = { readonly socket: Socket; text(): string; readonly closed: Promise<void> }

/** Starts the program with these settings on a directory of its own. */
export async function startTarget(env: Readonly<Record<string, string>> = {}): Promise<Target> {
  const directory = await mkdtemp(join(tmpdir(), 'heliograph-target-'))
  const program = runNode(['src/start.js', '--port', '0', '--data', directory], {
    env: { NODE_OPTIONS: '--inspect=127.0.0.1:0', ...env },
  })
  const [, url = ''] = await program.until(/GraphQL +(http:\S+)\/graphql/)
  const inspector = await openInspector(program.output().stderr)
  const endpoint = `${url}/graphql`
  const socketEndpoint = endpoint.replace('http', 'ws')
  const client = connect(socketEndpoint)
  const { head } = await query<{ head: string }>(endpoint, '{ head }')
  const standing = client.subscribe<Row>(
    `subscription { events(filter: { types: ["CANARY"] }, after: "${head}") { eventId } }`,
  )
  const port = Number(new URL(url).port)
  let canaries = 0
  return {
    url,
    endpoint,
    socketEndpoint,
    heapBytes: inspector.heapBytes,
    descriptors: async () => (await readdir(`/proc/${program.process.pid}/fd`)).length,
    async serves() {
      const id = `canary-${++canaries}`
      const headers = { 'content-type': cloudEventBatch }
      const body = JSON.stringify([note(id, 'CANARY')])
      const { status } = await fetch(`${url}/events`, { method: 'POST', headers, body })
      if (status !== 202) throw new Error(`the canary was answered ${status}`)
      await standing.until((rows) => rows.some(({ eventId }) => eventId === id))
    },
    dial: () => dial(port),
    log: () => program.output().stdout + program.output().stderr,
    async stop() {
      await client.close()
      inspector.close()
      await program.kill()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Runs an attack; the target goes on serving during it, and has its memory and descriptors back after it. */
export async function withstand(
  target: Target,
  attack: () => Promise<void>,
  slackBytes = 8 * 1024 ** 2,
): Promise<void> {
  await target.serves()
  const [heap, descriptors] = [await target.heapBytes(), await target.descriptors()]
  await attack()
  await target.serves()
  await vi.waitFor(
    async () => {
      expect(await target.descriptors()).toBeLessThanOrEqual(descriptors + spareDescriptors)
      expect(await target.heapBytes()).toBeLessThanOrEqual(heap + slackBytes)
    },
    { timeout: 20_000, interval: 200 },
  )
}

/** The clients of the test itself keep some connections, or open others. */
const spareDescriptors = 5

async function dial(port: number): Promise<BareSocket> {
  const socket = connectSocket(port, '127.0.0.1')
  socket.on('error', () => {})
  let received = ''
  socket.setEncoding('latin1').on('data', (text) => {
    received += text
  })
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await once(socket, 'connect')
  return { socket, text: () => received, closed }
}
