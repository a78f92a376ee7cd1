// The shape of the catalogue: what is said of a kind, its fields, states and relations. The data stands
// in the catalog-* files, one per area of the cloud.

export type FieldType = 'STRING' | 'ID' | 'INT' | 'LONG' | 'BOOLEAN' | 'DATE_TIME' | 'JSON'

/** An attribute of a kind, under the cloud's own name; only these are taken from job results. */
export type CatalogueField = {
  readonly name: string
  readonly type: FieldType
  /** One sentence, with the unit where there is one. */
  readonly description: string
  /** The cloud's own name where `name` had to differ from it: `version` means something else here. */
  readonly reportedAs?: string
  /** Of a JSON field: what may be kept of each object in it; the rest of a job result is dropped. */
  readonly keys?: readonly string[]
}

/** A field of the GraphQL type that leads to another resource by an id among the attributes. */
export type Relation = {
  /** The GraphQL field: `host`. */
  readonly name: string
  /** The kind it leads to. */
  readonly kind: string
  /** The attribute that holds the other's uid: `hostid`; a list of uids where `many`. */
  readonly attribute: string
  readonly many: boolean
  readonly description: string
  /** The field on the other kind that leads back to all of these (`volumes` on VirtualMachine), or null. */
  readonly inverse: { readonly name: string; readonly description: string } | null
  /** Where the cloud gives no such attribute but lists the others: `networkid` of each entry of `nic`. */
  readonly listedIn?: { readonly attribute: string; readonly key: string }
}

/** A state beside the main one, kept in `resource.states[name]`: `resourcestate` of a host. */
export type OtherState = { readonly name: string; readonly description: string }

export type CatalogueKind = {
  readonly kind: string
  /** The query field of its list: `virtualMachines`; that of one is `virtualMachine`. */
  readonly plural: string
  readonly description: string
  readonly fields: readonly CatalogueField[]
  readonly relations: readonly Relation[]
  /** States by field, for discovery; versions differ, so others may come. */
  readonly states: { readonly [field: string]: readonly string[] }
  /** The states that have a field of their own; these are not among `fields`. */
  readonly otherStates: readonly OtherState[]
  /** Whether the cloud publishes the main state itself; then job results do not move it. */
  readonly publishesState: boolean
}

function fieldOf(type: FieldType) {
  return (name: string, description: string): CatalogueField => ({ name, type, description })
}

/** A field that holds text. */
export const text = fieldOf('STRING')
/** A field that holds the id of something. */
export const id = fieldOf('ID')
/** A whole number of at most 32 bits. */
export const int = fieldOf('INT')
/** A whole number of at most 53 bits: bytes. */
export const long = fieldOf('LONG')
/** True or false. */
export const flag = fieldOf('BOOLEAN')
/** An instant. */
export const time = fieldOf('DATE_TIME')
/** A list or object, as the cloud gives it. */
export const json = fieldOf('JSON')

/** The fields of everything that an account owns. */
export const owned: readonly CatalogueField[] = [
  text('account', 'Name of the account it belongs to; `owner` is its id.'),
  id('domainid', 'Id of the domain of that account.'),
  id('projectid', 'Id of the project it belongs to, if it does.'),
]

/** When it was made. */
export const created: CatalogueField = time('created', 'When it was created.')

type To = {
  readonly kind: string
  readonly by: string
  readonly description: string
  /** The field of the other kind that leads back, and what it holds. */
  readonly back?: readonly [name: string, description: string]
}

/** A relation to one resource. */
export function one(name: string, to: To): Relation {
  const inverse = to.back ? { name: to.back[0], description: to.back[1] } : null
  return { name, kind: to.kind, attribute: to.by, many: false, description: to.description, inverse }
}

/** A relation to many resources, whose ids the cloud gives only inside a list of objects. */
export function many(name: string, to: To, attribute: string, key: string): Relation {
  return { ...one(name, to), many: true, listedIn: { attribute, key } }
}
