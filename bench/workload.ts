// What a workload is: something to be done several times, each time with figures to show for it.

/** What one run measured: the name of a figure, with its unit, and its value. */
export type Figures = { readonly [name: string]: number }

/** What one line of the table is about, measured again at every call. */
export type Subject = { readonly name: string; run(): Promise<Figures> }

/** Where a figure must stand, for every subject that has it or only for some. */
export type Bound = {
  readonly figure: string
  readonly atLeast?: number
  readonly atMost?: number
  readonly subjects?: readonly string[]
}

/** The servers that subjects share, ready. */
export type OpenWorkload = { readonly subjects: readonly Subject[]; close(): Promise<void> }

/** The figures of one run of each subject, by its name. */
export type Round = ReadonlyMap<string, Figures>

export type Workload = {
  readonly name: string
  /** What is done and what a unit is, in one line. */
  readonly title: string
  readonly bounds: readonly Bound[]
  /** How often it is measured at most; a long one is measured less often than others. */
  readonly mostRuns?: number
  /** Its figures are rates: servers and what drives them run on any core. */
  readonly isRate?: true
  /** @param nodeFlags for the servers under test */
  open(nodeFlags: readonly string[]): Promise<OpenWorkload>
  /** What follows for a subject from the figures of one round: ratios to others. */
  derive?(subject: string, round: Round): Figures
}
