// The names CloudStack gives its kinds, and the one name Heliograph gives each. CloudStack writes simple
// class names, interface names, full names of runtime classes and names of its API, often in one message.

// Read after the package, the generated suffix and `VO` are cut off; a name that is not here stays.
const kinds = new Map([
  ['DataCenter', 'Zone'],
  ['ZoneResponse', 'Zone'],
  ['HostPod', 'Pod'],
  ['PodResponse', 'Pod'],
  ['ClusterResponse', 'Cluster'],
  ['HostResponse', 'Host'],
  ['UserVm', 'VirtualMachine'],
  ['VMInstance', 'VirtualMachine'],
  ['DomainRouter', 'Router'],
  ['VirtualRouter', 'Router'],
  ['InternalLbVm', 'Router'],
  ['ConsoleProxy', 'SystemVm'],
  ['SecondaryStorageVm', 'SystemVm'],
  ['SystemVM', 'SystemVm'],
  ['SystemVMs', 'SystemVm'],
  ['VirtualMachineTemplate', 'Template'],
  ['VMTemplate', 'Template'],
  ['TemplateInfo', 'Template'],
  ['TemplateObject', 'Template'],
  // An ISO is a row of the template table: its usage says VirtualMachineTemplate, its actions say Iso.
  ['Iso', 'Template'],
  ['VolumeInfo', 'Volume'],
  ['VolumeObject', 'Volume'],
  ['SnapshotInfo', 'Snapshot'],
  ['SnapshotObject', 'Snapshot'],
  ['VmSnapshot', 'VMSnapshot'],
  ['NicProfile', 'Nic'],
  ['IPAddress', 'IpAddress'],
  ['PublicIp', 'IpAddress'],
  ['PublicIpAddress', 'IpAddress'],
  ['LoadBalancer', 'LoadBalancerRule'],
  ['DataStore', 'StoragePool'],
  ['PrimaryDataStore', 'StoragePool'],
  ['PrimaryDataStoreInfo', 'StoragePool'],
  ['NetworkAcl', 'NetworkACL'],
  ['NetworkAclItem', 'NetworkACLItem'],
])

// What a type speaks of where its words are not the kind's own: `LB.CREATE`, `VPN.REMOTE.ACCESS.DESTROY`.
const subjects = new Map([
  ['VM', 'VirtualMachine'],
  ['ROUTER', 'Router'],
  ['INTERNALLBVM', 'Router'],
  ['PROXY', 'SystemVm'],
  ['SSVM', 'SystemVm'],
  ['ISO', 'Template'],
  ['LB', 'LoadBalancerRule'],
  ['SG', 'SecurityGroup'],
  ['AG', 'AffinityGroup'],
  ['COUNTER', 'AutoScaleCounter'],
  ['TRAFFIC.TYPE', 'PhysicalNetworkTrafficType'],
  ['SERVICE.PROVIDER', 'PhysicalNetworkServiceProvider'],
  ['VLAN.IP.RANGE', 'Vlan'],
  ['STORAGE.IP.RANGE', 'StorageNetworkIpRange'],
  ['KUBERNETES.VERSION', 'KubernetesSupportedVersion'],
  ['LB.STICKINESSPOLICY', 'StickinessPolicy'],
  ['LB.HEALTHCHECKPOLICY', 'HealthCheckPolicy'],
  ['VPN.REMOTE.ACCESS', 'RemoteAccessVpn'],
  ['VPN.S2S.VPN.GATEWAY', 'Site2SiteVpnGateway'],
  ['VPN.S2S.CUSTOMER.GATEWAY', 'Site2SiteCustomerGateway'],
  ['VPN.S2S.CONNECTION', 'Site2SiteVpnConnection'],
])

// Kinds whose own name, in capitals, is the word of their types.
const plainSubjects = [
  'Volume',
  'Snapshot',
  'VMSnapshot',
  'Template',
  'Network',
  'Vpc',
  'Nic',
  'Host',
  'Zone',
  'Pod',
  'Cluster',
  'Backup',
  'KubernetesCluster',
]
const kindsOfSubjects = new Map([
  ...subjects,
  ...plainSubjects.map((kind): [string, string] => [kind.toUpperCase(), kind]),
])

const noKind = new Set(['', '*', 'none', 'unknown', 'null'])

/**
 * The catalogue's kind for any name CloudStack uses: `VirtualMachineTemplate`, `interface
 * com.cloud.vm.VirtualMachine`, `com.cloud.storage.SnapshotVO$$EnhancerByCGLIB$$1a2b`. An unknown name is
 * given back without package and suffix; null for the words that mean nothing (`None`, `unknown`, `*`).
 */
export function kindOf(name: string): string | null {
  if (noKind.has(name.toLowerCase())) return null
  const written = name.slice(name.lastIndexOf('.') + 1)
  const simple = cutSuffix(written.slice(written.lastIndexOf(' ') + 1))
  if (simple === '') return null
  const bare = simple.length > 2 && simple.endsWith('VO') ? simple.slice(0, -2) : simple
  return kinds.get(simple) ?? kinds.get(bare) ?? bare
}

/** Runtime subclasses carry `$$EnhancerByCGLIB$$1a2b`, `_$$_jvst3c_0` and the like behind the name. */
function cutSuffix(name: string): string {
  const end = name.search(/[$_]/)
  return end === -1 ? name : name.slice(0, end)
}

/** What a type speaks of: `KUBERNETES.CLUSTER.CREATE` of `KUBERNETES.CLUSTER`. Its last word is the verb. */
function subjectOf(type: string): string {
  return type.slice(0, Math.max(0, type.lastIndexOf('.')))
}

/** The kind a type speaks of by a small table, null where it does not tell: `NETWORK.CREATE` → Network. */
export function kindOfType(type: string): string | null {
  const subject = subjectOf(type)
  return kindsOfSubjects.get(subject) ?? kindsOfSubjects.get(subject.replaceAll('.', '')) ?? null
}

/**
 * Whether a type's verb is about a resource of this kind itself: `VM.CREATE` about a VirtualMachine,
 * `KUBERNETES.CLUSTER.DELETE` about a KubernetesCluster; `VMSNAPSHOT.CREATE` is not about the
 * VirtualMachine it names. `kind` is the catalogue's name.
 */
export function isAbout(type: string, kind: string): boolean {
  const subject = subjectOf(type)
  if (subject === '') return false
  const told = subjects.get(subject)
  return told === undefined ? squeeze(subject) === squeeze(kind) : told === kind
}

function squeeze(words: string): string {
  return words.replace(/[._]/g, '').toUpperCase()
}

/**
 * Corrects a kind where CloudStack's own map from types to kinds is off: load balancer rules called
 * firewall rules, storage pools called hosts, routers and system VMs called virtual machines.
 */
export function correctKind(type: string, kind: string): string {
  if (kind === 'FirewallRule') return isLoadBalancerType(type) ? 'LoadBalancerRule' : kind
  if (kind === 'Host') return /^MAINT\.(PREPARE|CANCEL)\.PS$/.test(type) ? 'StoragePool' : kind
  if (kind !== 'VirtualMachine') return kind
  const word = type.slice(0, type.indexOf('.'))
  return word === 'ROUTER' || word === 'PROXY' || word === 'SSVM' ? (subjects.get(word) ?? kind) : kind
}

function isLoadBalancerType(type: string): boolean {
  return /^LB\.(CREATE|DELETE|UPDATE|ASSIGN|REMOVE)(\.|$)/.test(type)
}
