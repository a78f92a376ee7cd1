// Workloads over crowds that stay together from run to run, so that their servers are measured warm; and
// the ratios that nearly all of them tell.

import type { Contender } from './contenders.ts'
import type { Crowd } from './crowd.ts'
import type { Figures, OpenWorkload, Round } from './workload.ts'

type Gathering = { readonly name: string; gather(): Promise<Crowd> }

/** Gathers all crowds, and has each measured once before it counts: what is compiled late is compiled by then. */
export async function openCrowds(
  gatherings: readonly Gathering[],
  measure: (crowd: Crowd, name: string) => Promise<Figures>,
): Promise<OpenWorkload> {
  const made = new AsyncDisposableStack()
  const subjects: OpenWorkload['subjects'][number][] = []
  try {
    for (const { name, gather } of gatherings) {
      process.stderr.write(`gathering ${name} …\n`)
      const crowd = await gather()
      made.defer(crowd.close)
      await measure(crowd, name)
      subjects.push({ name, run: () => measure(crowd, name) })
    }
    return { subjects, close: () => made.disposeAsync() }
  } catch (error) {
    await made.disposeAsync()
    throw error
  }
}

/** For `derive`: a cost as a part of the limit's, and Heliograph's as a part of what its peers need. */
export function costAgainst(cost: string, limit: Contender, contenders: readonly Contender[]) {
  const cheapest = (round: Round, of: readonly Contender[]) =>
    Math.min(...of.map(({ name }) => round.get(name)?.[cost] ?? Number.POSITIVE_INFINITY))
  const peers = contenders.filter(({ kind }) => kind === 'PEER')
  const yogas = peers.filter(({ name }) => name.startsWith('yoga'))
  return (subject: string, round: Round): Figures => {
    const value = round.get(subject)?.[cost] ?? Number.NaN
    const ofLimit = { [`of ${limit.name}`]: value / cheapest(round, [limit]) }
    if (contenders.find(({ name }) => name === subject)?.kind !== 'OWN') return ofLimit
    return {
      ...ofLimit,
      'of the cheapest GraphQL peer': value / cheapest(round, peers),
      'of yoga': value / cheapest(round, yogas),
    }
  }
}
