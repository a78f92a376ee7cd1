// What a workload is: something to be done several times, each time with figures to show for it.

/** What one run measured: the name of a figure, with its unit, and its value. */
export type Figures = { readonly [name: string]: number }

/** What one line of the table is about, measured again at every call. */
export type Subject = { readonly name: string; run(): Promise<Figures> }

/** Where a figure must stand, for every subject that has it. */
export type Bound = { readonly figure: string; readonly atLeast?: number; readonly atMost?: number }

/** The servers that subjects share, ready. */
export type OpenWorkload = { readonly subjects: readonly Subject[]; close(): Promise<void> }

export type Workload = {
  readonly name: string
  /** What is done and what a unit is, in one line. */
  readonly title: string
  readonly bounds: readonly Bound[]
  /** @param profileDirectory where servers under test leave CPU profiles; null: none */
  open(profileDirectory: string | null): Promise<OpenWorkload>
}
