// The end of something that work depends on.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { createEnding } from '../../src/channel/ending.ts'

const never = new Promise<never>(() => {})

test('work settles as it does by itself', async () => {
  const ending = createEnding()
  expect(await ending.during(Promise.resolve('done'))).toBe('done')
  await expect(ending.during(Promise.reject(new Error('own')))).rejects.toThrow('own')
})

test('work under way, and all work after it, rejects with the first reason', async () => {
  const ending = createEnding()
  const working = [ending.during(never), ending.during(never)]
  const rejected = Promise.allSettled(working)
  ending.end(new Error('first'))
  ending.end(new Error('second'))
  expect(await rejected).toMatchObject([{ reason: { message: 'first' } }, { reason: { message: 'first' } }])
  await expect(ending.during(never)).rejects.toThrow('first')
})

test('nothing of work that is done is kept', async () => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const ending = createEnding()
  const results = await Promise.all(
    Array.from({ length: 100 }, async () => new WeakRef(await ending.during(Promise.resolve({ big: 1 })))),
  )
  await expect
    .poll(() => {
      collect()
      return results.filter((result) => result.deref() !== undefined).length
    })
    .toBe(0)
  ending.end(new Error('over'))
})
