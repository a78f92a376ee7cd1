// To whom a webhook belongs, through the public doors: a lasting name, whatever token shows it, and what that
// name may see now.

import { writeFile } from 'node:fs/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { createToken, hashToken } from '../../src/auth/token.ts'
import { type HttpPeer, startHttpPeer } from '../channel/http-peer.ts'
import { query } from '../support/clients.ts'
import { cloudEventBatch, note } from '../support/cloud.ts'
import { engineNames, startTestGateway, type TestGateway } from '../support/gateway.ts'
import { startIssuer } from '../support/issuer.ts'
import { everyRole, makeTokenFile } from '../support/tokens.ts'
import { command, done, look, make, send, webhookSettings } from '../support/webhooks.ts'

const uri = 'https://127.0.0.1/hook'

let made = new AsyncDisposableStack()
afterEach(async () => {
  await made.disposeAsync()
  made = new AsyncDisposableStack()
})

async function receiver(): Promise<HttpPeer> {
  const peer = await startHttpPeer()
  made.defer(() => peer.stop())
  return peer
}

async function start(
  engine: (typeof engineNames)[number],
  settings: Parameters<typeof startTestGateway>[1],
): Promise<TestGateway> {
  const gateway = await startTestGateway(engine, { ...webhookSettings, ...settings })
  made.defer(() => gateway.stop())
  return gateway
}

describe.each(engineNames)('the owner of a webhook on %s', (engine) => {
  test('is one name, whether it shows its old token or its new one', async () => {
    const file = await makeTokenFile(everyRole)
    made.defer(() => file.remove())
    const [old, fresh] = [createToken(), createToken()]
    const entry = (token: string) => ({
      name: 'DNS',
      role: 'tenant',
      accounts: ['account-dns'],
      sha256: hashToken(token),
    })
    await writeFile(file.path, JSON.stringify({ tokens: [entry(old), entry(fresh)] }))
    const gateway = await start(engine, { tokensFile: file.path, webhooksPerOwner: 1 })
    const { webhook } = await make(gateway, [uri], {}, old)
    expect(await look(gateway, webhook.id, fresh)).toMatchObject({ ownerName: 'DNS' })
    const second = { filter: {}, endpoints: [{ uri }] }
    const { refused } = await command(gateway, 'createWebhook', second, fresh)
    expect(refused?.code).toBe('TOO_MANY_WEBHOOKS')
    await done(gateway, 'deleteWebhook', { id: webhook.id }, fresh)
    await make(gateway, [uri], {}, fresh)
  })

  test('is issuer and subject of a JWT, whatever token of the hour it shows', async () => {
    const issuer = await startIssuer()
    made.defer(() => issuer.stop())
    const gateway = await start(engine, issuer.settings)
    const token = (claims: Record<string, unknown>) => issuer.sign({ jti: createToken(), ...claims })
    const { webhook } = await make(gateway, [uri], {}, await token({ sub: 'alice' }))
    const name = `jwt:${issuer.settings.jwtIssuer} alice`
    expect(await look(gateway, webhook.id, await token({ sub: 'alice' }))).toMatchObject({ ownerName: name })
    // Whoever may see all its accounts may manage it; who sees fewer may not.
    expect(await look(gateway, webhook.id, await token({ sub: 'bob' }))).toMatchObject({ ownerName: name })
    const fewer = await token({ sub: 'alice', accounts: ['account-other'] })
    expect(await look(gateway, webhook.id, fewer)).toBeNull()
  })

  test('has its webhook see the accounts of its creation, as far as it may see them now', async () => {
    const [a, b, c] = ['account-a', 'account-b', 'account-c'] as const
    const file = await makeTokenFile({ ...everyRole, owner: { role: 'tenant', accounts: [a, b] } })
    made.defer(() => file.remove())
    const gateway = await start(engine, { tokensFile: file.path })
    const peer = await receiver()
    const { webhook } = await make(
      gateway,
      [peer.uri],
      { filter: { types: ['NEVER.COMES'] } },
      file.tokens.owner,
    )
    const endpoint = webhook.endpoints[0]?.id
    const events = [a, b, c].map((account) => note(`of-${account}`, 'TEST.NOTE', { account }))
    await gateway.post(events, cloudEventBatch, file.tokens.ingest)
    const text = '{ events(filter: { types: ["TEST.NOTE"] }) { nodes { id } } }'
    const all = await query<{ events: { nodes: { id: string }[] } }>(
      gateway.endpoint,
      text,
      {},
      file.tokens.admin,
    )
    const isTold = async (index: number) => {
      const event = all.events.nodes[index]?.id
      const { refused } = await command(gateway, 'resendEvent', { endpoint, event }, file.tokens.admin)
      return refused?.code ?? 'TOLD'
    }
    /** What the gateway lets the owner see, or why it does not come in. */
    const seen = async () => {
      const { data, refused } = await send<{ viewer: { accounts: string[] } }>(
        gateway,
        '{ viewer { accounts } }',
        {},
        file.tokens.owner,
      )
      return data?.viewer.accounts ?? refused?.code
    }
    const told = async () => [await isTold(0), await isTold(1), await isTold(2)]
    expect(await told()).toEqual(['TOLD', 'TOLD', 'NOT_FOUND'])
    await file.write({ ...everyRole, owner: { role: 'tenant', accounts: [b, c] } })
    await expect.poll(seen, { timeout: 10_000 }).toEqual([b, c])
    expect(await told()).toEqual(['NOT_FOUND', 'TOLD', 'NOT_FOUND'])
    await file.write(everyRole)
    await expect.poll(seen, { timeout: 10_000 }).toBe('UNAUTHENTICATED')
    expect(await isTold(1)).toBe('NOT_FOUND')
    expect(peer.requests).toHaveLength(3)
  })

  test('is everybody on a gateway that asks for no tokens', async () => {
    const gateway = await start(engine, {})
    const { webhook } = await make(gateway, [uri])
    expect(await look(gateway, webhook.id)).toMatchObject({ ownerName: 'loopback', accounts: null })
  })
})
