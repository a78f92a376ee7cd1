// Whether the process runs (live) and whether it can serve (ready): what load balancers ask.

/** One thing that must be in order; `detail` says in words how it stands. */
export type Check = () => { readonly ready: boolean; readonly detail: string }

export type Readiness = { readonly ready: boolean; readonly checks: Readonly<Record<string, string>> }

export type Health = {
  /** True for as long as the process answers at all. */
  live(): { readonly live: true }
  /** Ready when every check is; asks each anew. */
  ready(): Readiness
}

/** Health made of named checks. */
export function createHealth(checks: Readonly<Record<string, Check>>): Health {
  return {
    live: () => ({ live: true }),
    ready() {
      const results = Object.entries(checks).map(([name, check]) => ({ name, ...check() }))
      return {
        ready: results.every((result) => result.ready),
        checks: Object.fromEntries(results.map((result) => [result.name, result.detail])),
      }
    },
  }
}
