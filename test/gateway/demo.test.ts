import { afterEach, describe, expect, test } from 'vitest'
import { createCloud } from '../../examples/demo/cloud.ts'
import { readDemoFlags } from '../../examples/demo/flags.ts'
import { query } from '../support/clients.ts'
import { startTestGateway } from '../support/gateway.ts'
import { type Program, runNode } from '../support/program.ts'

type Node = { uid: string; state: string | null; owner: string | null }

let program: Program | null = null

afterEach(async () => {
  await program?.kill()
  program = null
})

describe('the demo', () => {
  test('starts, shows what arrives and how much, refuses nothing, and stops on Ctrl-C', async () => {
    program = runNode(['examples/demo/main.ts', '--port', '0', '--rate', '40', '--vms', '6'])
    await program.until(/Try one of these:[\s\S]*http:\/\/127\.0\.0\.1:\d+\/graphql/)
    await program.until(/\d\d:\d\d:\d\d {2}\S+-\d\d +STATE\.CHANGED .*→/)
    const [, logged, refused] = await program.until(/(\d+) logged.*?(\d+) refused/)
    expect(Number(logged)).toBeGreaterThan(0)
    expect(Number(refused)).toBe(0)
    program.process.kill('SIGINT')
    expect(await program.ended()).toBe(0)
    expect(program.output().stderr).toBe('')
  })

  test('its cloud moves along the real state machines for as long as it runs', () => {
    let now = 0
    const cloud = createCloud(20, () => now)
    const messages = Array.from({ length: 2_000 }, () => {
      now += 500
      return cloud.messages(20)
    }).flat()
    const categories = new Set(messages.map(({ routingKey }) => routingKey.split('.')[1]))
    expect(messages.length).toBeGreaterThan(10_000)
    expect(categories).toEqual(
      new Set(['ActionEvent', 'UsageEvent', 'ResourceStateEvent', 'AsyncJobEvent', 'AlertEvent']),
    )
  })

  test('what its cloud is like and what the gateway tells of it are the same', async () => {
    const gateway = await startTestGateway('sqlite')
    try {
      let now = Date.now() - 3_600_000
      const cloud = createCloud(20, () => now)
      const seeded = await gateway.post(cloud.inventory(), 'application/cloudevents-batch+json')
      expect(await seeded.json()).toMatchObject({ rejectedCount: 0 })
      for (let step = 0; step < 300; step++) {
        now += 2_000
        const messages = cloud.messages(20)
        if (messages.length === 0) continue
        const answer = await gateway.post(messages)
        expect([answer.status, await answer.json()]).toMatchObject([202, { rejectedCount: 0 }])
      }
      const text = `query { virtualMachines(first: 100) { nodes { uid state owner } } }`
      const { virtualMachines } = await query<{ virtualMachines: { nodes: Node[] } }>(gateway.endpoint, text)
      // A new row is Stopped, and nothing says so until it moves.
      const told = new Map(virtualMachines.nodes.map(({ uid, state }) => [uid, state ?? 'Stopped']))
      expect(told.size).toBeGreaterThan(10)
      expect(told).toEqual(new Map(cloud.vms().map(({ uid, state }) => [uid, state])))
      expect(virtualMachines.nodes.filter(({ owner }) => owner === null)).toEqual([])
    } finally {
      await gateway.stop()
    }
  })

  test('its own flags are taken from the line, and the rest is for the gateway', () => {
    expect(readDemoFlags(['--rate=9', '--port', '0', '--vms', '3'])).toEqual({
      rate: 9,
      vms: 3,
      rest: ['--port', '0'],
    })
    expect(() => readDemoFlags(['--rate', 'fast'])).toThrow(/--rate takes a whole number/)
  })
})
