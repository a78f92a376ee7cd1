import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memberOf } from '../../../src/store/redis/index-members.ts'
import { type Source, streamKeys } from '../../../src/store/redis/key-stream.ts'
import { indexKey } from '../../../src/store/redis/keys.ts'
import { startRedis, type TestRedis } from '../../support/redis.ts'

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }).map((it) => it.replaceAll('\0', '0'))

describe('keys from several ranges', () => {
  it('come in the order of bytes, each once and none twice, from wherever one starts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ owner: fc.nat(4), key: text }), { maxLength: 200 }),
        fc.array(fc.nat(5), { minLength: 1, maxLength: 4 }),
        fc.option(text),
        fc.integer({ min: 1, max: 100 }),
        async (filed, wanted, after, portion) => {
          const client = redis.client()
          await client.flushall()
          for (const { owner, key } of filed)
            await client.zadd(indexKey('owner'), 0, memberOf(`o${owner}`, key))
          const sources: Source[] = [...new Set(wanted)].map((owner) => ({
            index: 'owner',
            value: `o${owner}`,
          }))
          const streamed: string[] = []
          for await (const keys of streamKeys((work) => work(client), sources, after, portion))
            streamed.push(...keys)
          const expected = [
            ...new Set(filed.filter(({ owner }) => wanted.includes(owner)).map(({ key }) => key)),
          ]
            .map((key) => Buffer.from(key))
            .filter((key) => after === null || Buffer.compare(key, Buffer.from(after)) > 0)
            .sort(Buffer.compare)
          expect(streamed).toEqual(expected.map(String))
        },
      ),
      { numRuns: 60 },
    )
  })
})
