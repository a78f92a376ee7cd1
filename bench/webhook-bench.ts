// A gateway on data of its own, and receivers for its webhooks, each a process of its own on this machine.

import { setTimeout as pause } from 'node:timers/promises'
import { openInspector } from '../test/support/inspector.ts'
import { runNode } from '../test/support/program.ts'
import { make } from '../test/support/webhooks.ts'
import { openDirectory, openRedis } from './data.ts'
import { type CpuTimes, readCpu } from './measure.ts'
import type { Taken } from './receiver.ts'

export type Engine = 'SQLite' | 'Redis'

export type WebhookBench = {
  readonly gatewayPid: number
  /** Of the gateway's main thread, after a collection; it must have been started with `--inspect=127.0.0.1:0`. */
  heapMiB(): Promise<number>
  /** Of the receivers: two, in one process. */
  readonly origins: readonly [string, string]
  readonly cpu: () => { readonly gateway: CpuTimes; readonly receiver: CpuTimes }
  /** Makes a webhook of these addresses for a type of events. */
  subscribe(uris: readonly string[], type: string, timeoutSeconds?: number): Promise<void>
  /** Posts so many events of these types in turn, in one request. */
  post(count: number, types: readonly string[]): Promise<void>
  /** What the receivers got since the last time. */
  taken(): Promise<Taken>
  /** Resolves when they have got so many since the last time. */
  until(count: number): Promise<void>
  close(): Promise<void>
}

const giveUpMs = 600_000

export async function openWebhookBench(engine: Engine, nodeFlags: readonly string[]): Promise<WebhookBench> {
  const made = new AsyncDisposableStack()
  const { env } = await (engine === 'Redis' ? openRedis : openDirectory)(made)
  const receiver = runNode(['bench/receiver.ts'])
  made.defer(() => receiver.kill())
  const [, first = '', second = ''] = await receiver.until(/receiving at (\S+) and (\S+)/)
  const gateway = runNode([...nodeFlags, 'src/start.js', '--port', '0'], {
    env: {
      ...env,
      HELIOGRAPH_SECRET_KEYS: `${'k'.repeat(43)}=`,
      HELIOGRAPH_WEBHOOK_ALLOW_CIDRS: '127.0.0.0/8',
      HELIOGRAPH_WEBHOOK_ALLOW_HTTP: 'true',
      HELIOGRAPH_WEBHOOK_PER_OWNER: '1000',
    },
  })
  const onExit = () => gateway.process.kill('SIGKILL')
  process.once('exit', onExit)
  made.defer(async () => {
    gateway.process.kill('SIGTERM')
    await gateway.ended()
    process.off('exit', onExit)
  })
  const [, url = ''] = await gateway.until(/GraphQL +(http:\S+)\/graphql/)
  let posted = 0
  let counted = 0
  const taken = async () => {
    const got = (await (await fetch(`${first}/taken`)).json()) as Taken
    counted += got.count
    return got
  }
  return {
    gatewayPid: gateway.process.pid ?? 0,
    async heapMiB() {
      const inspector = await openInspector(gateway.output().stderr)
      const bytes = await inspector.heapBytes()
      inspector.close()
      return bytes / 2 ** 20
    },
    origins: [first, second],
    cpu: () => ({
      gateway: readCpu(gateway.process.pid ?? 0),
      receiver: readCpu(receiver.process.pid ?? 0),
    }),
    async subscribe(uris, type, timeoutSeconds = 15) {
      for (let i = 0; i < uris.length; i += 20) {
        const endpoints = uris.slice(i, i + 20).map((uri) => ({ uri, timeoutSeconds }))
        await make({ endpoint: `${url}/graphql` }, [], { filter: { types: [type] }, endpoints })
      }
    },
    async post(count, types) {
      const events = Array.from({ length: count }, () => ({
        specversion: '1.0',
        id: `bench-${++posted}`,
        source: 'bench',
        type: types[posted % types.length],
        subject: `VirtualMachine/vm-${posted % 500}`,
        data: { sentAt: Date.now(), state: posted % 2 === 0 ? 'Running' : 'Stopped', note: 'x'.repeat(300) },
      }))
      const response = await fetch(`${url}/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/cloudevents-batch+json' },
        body: JSON.stringify(events),
      })
      if (response.status !== 202) throw new Error(`events were answered ${response.status}`)
    },
    taken,
    async until(count) {
      const signal = AbortSignal.timeout(giveUpMs)
      for (counted = 0; counted < count; await pause(50, undefined, { signal })) await taken()
    },
    close: () => made.disposeAsync(),
  }
}
