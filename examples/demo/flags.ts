// The demo's own flags; whatever else is on the line is for the gateway.

export type DemoFlags = {
  /** Messages a second. */
  readonly rate: number
  readonly vms: number
  /** What the gateway reads as its own flags. */
  readonly rest: readonly string[]
}

export const usage = `Usage: npm run demo -- [--rate 5] [--vms 50] [any flag of the gateway]

A gateway with a simulated cloud that posts CloudStack messages to it.

  --rate    messages a second                         5
  --vms     virtual machines in the simulated cloud   50
  --data    keeps the events here instead of in a temporary directory
  --port    where the gateway listens                 4000
`

/** @throws Error that says what a flag takes */
export function readDemoFlags(argv: readonly string[]): DemoFlags {
  const values = { rate: 5, vms: 50 }
  const rest: string[] = []
  const words = argv.flatMap((word) => {
    const own = /^(--(?:rate|vms))=(.*)$/.exec(word)
    return own ? own.slice(1) : [word]
  })
  while (words.length > 0) {
    const word = words.shift() ?? ''
    if (word !== '--rate' && word !== '--vms') rest.push(word)
    else values[word === '--rate' ? 'rate' : 'vms'] = parseCount(word, words.shift())
  }
  return { ...values, rest }
}

function parseCount(flag: string, text = ''): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (value < 1) throw new Error(`${flag} takes a whole number from 1 to 99999`)
  return value
}
