// What a principal may see, as a value: the only form in which rights reach the log, the state and the
// hub. Equal keys mean equal rights, so subscribers with equal keys may share bytes.

export type Visibility =
  | { readonly kind: 'ALL' }
  | { readonly kind: 'ACCOUNTS'; readonly accounts: ReadonlySet<string> }

export const seesAll: Visibility = { kind: 'ALL' }

export function seesAccounts(accounts: Iterable<string>): Visibility {
  return { kind: 'ACCOUNTS', accounts: new Set(accounts) }
}

/** Things without an owner are for those who see all. */
export function sees(visibility: Visibility, thing: { readonly owner: string | null }): boolean {
  if (visibility.kind === 'ALL') return true
  return thing.owner !== null && visibility.accounts.has(thing.owner)
}

/** Equal for equal rights, in whatever order the accounts came. */
export function visibilityKey(visibility: Visibility): string {
  return visibility.kind === 'ALL' ? 'ALL' : JSON.stringify([...visibility.accounts].sort())
}
