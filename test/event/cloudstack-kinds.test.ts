import { describe, expect, test } from 'vitest'
import { correctKind, isAbout, kindOf, kindOfType } from '../../src/event/cloudstack-kinds.ts'

test.each([
  ['VirtualMachine', 'VirtualMachine'],
  ['UserVm', 'VirtualMachine'],
  ['com.cloud.vm.UserVmVO', 'VirtualMachine'],
  ['com.cloud.vm.VMInstanceVO', 'VirtualMachine'],
  ['interface com.cloud.vm.VirtualMachine', 'VirtualMachine'],
  ['class com.cloud.vm.VMInstanceVO', 'VirtualMachine'],
  ['DataCenter', 'Zone'],
  ['com.cloud.dc.DataCenterVO', 'Zone'],
  ['DomainRouter', 'Router'],
  ['DomainRouterVO', 'Router'],
  ['VirtualRouter', 'Router'],
  ['InternalLbVm', 'Router'],
  ['ConsoleProxyVO', 'SystemVm'],
  ['SecondaryStorageVm', 'SystemVm'],
  ['SystemVMs', 'SystemVm'],
  ['VirtualMachineTemplate', 'Template'],
  ['com.cloud.storage.VMTemplateVO', 'Template'],
  ['TemplateVO', 'Template'],
  ['Iso', 'Template'],
  ['com.cloud.network.dao.IPAddressVO', 'IpAddress'],
  ['PublicIpAddress', 'IpAddress'],
  ['LoadBalancer', 'LoadBalancerRule'],
  ['LoadBalancerVO', 'LoadBalancerRule'],
  ['com.cloud.storage.SnapshotVO$$EnhancerByCGLIB$$1a2b', 'Snapshot'],
  ['com.cloud.storage.VolumeVO_$$_jvst3c_0', 'Volume'],
  ['org.apache.cloudstack.storage.volume.VolumeObject', 'Volume'],
  ['com.cloud.network.dao.NetworkVO$ByteBuddy$x1', 'Network'],
  ['com.cloud.network.vpc.VpcVO', 'Vpc'],
  ['HostVO', 'Host'],
  ['HostPodVO', 'Pod'],
  ['ClusterVO', 'Cluster'],
  ['ZoneResponse', 'Zone'],
  ['DataStore', 'StoragePool'],
  ['StoragePoolVO', 'StoragePool'],
  ['com.cloud.kubernetes.cluster.KubernetesClusterVO', 'KubernetesCluster'],
  ['NicVO', 'Nic'],
  ['VmSnapshot', 'VMSnapshot'],
  ['VMSnapshotVO', 'VMSnapshot'],
  ['com.acme.Teapot', 'Teapot'],
  ['VO', 'VO'],
  ['constructor', 'constructor'],
])('%s is the kind %s', (name, kind) => {
  expect(kindOf(name)).toBe(kind)
})

test.each(['', '*', 'None', 'unknown', 'Unknown', 'com.cloud.'])('"%s" is no kind', (name) => {
  expect(kindOf(name)).toBeNull()
})

describe('a type is about', () => {
  test.each([
    ['VM.CREATE', 'VirtualMachine'],
    ['VM.EXPUNGE', 'VirtualMachine'],
    ['VOLUME.CREATE', 'Volume'],
    ['NETWORK.DELETE', 'Network'],
    ['LB.CREATE', 'LoadBalancerRule'],
    ['NIC.CREATE', 'Nic'],
    ['ROUTER.DESTROY', 'Router'],
    ['SSVM.DESTROY', 'SystemVm'],
    ['PROXY.CREATE', 'SystemVm'],
    ['ISO.DELETE', 'Template'],
    ['TEMPLATE.DELETE', 'Template'],
    ['VMSNAPSHOT.CREATE', 'VMSnapshot'],
    ['KUBERNETES.CLUSTER.CREATE', 'KubernetesCluster'],
    ['PHYSICAL.NETWORK.CREATE', 'PhysicalNetwork'],
    ['VM.SCHEDULE.CREATE', 'VMSchedule'],
    ['AUTOSCALEVMGROUP.CREATE', 'AutoScaleVmGroup'],
    ['NETWORK.ACL.ITEM.CREATE', 'NetworkACLItem'],
    ['VPN.REMOTE.ACCESS.CREATE', 'RemoteAccessVpn'],
  ])('%s: a %s', (type, kind) => {
    expect(isAbout(type, kind)).toBe(true)
  })

  test.each([
    ['VMSNAPSHOT.CREATE', 'VirtualMachine'],
    ['VM.SCHEDULE.CREATE', 'VirtualMachine'],
    ['NETWORK.OFFERING.CREATE', 'Network'],
    ['LB.STICKINESSPOLICY.CREATE', 'LoadBalancerRule'],
    ['VOLUME.CREATE', 'VirtualMachine'],
    ['CREATE_TAGS', 'VirtualMachine'],
    ['VM', 'VirtualMachine'],
    ['.CREATE', ''],
  ])('%s: not a %s', (type, kind) => {
    expect(isAbout(type, kind)).toBe(false)
  })
})

test.each([
  ['NETWORK.CREATE', 'Network'],
  ['KUBERNETES.CLUSTER.CREATE', 'KubernetesCluster'],
  ['VM.START', 'VirtualMachine'],
  ['NETWORK.OFFERING.ASSIGN', null],
  ['TEA.POT', null],
  ['VM', null],
])('the type %s speaks of %s', (type, kind) => {
  expect(kindOfType(type)).toBe(kind)
})

test('a kind is corrected only where the map of CloudStack is off', () => {
  expect(correctKind('LB.REMOVE.FROM.RULE', 'FirewallRule')).toBe('LoadBalancerRule')
  expect(correctKind('FIREWALL.OPEN', 'FirewallRule')).toBe('FirewallRule')
  expect(correctKind('MAINT.CANCEL.PS', 'Host')).toBe('StoragePool')
  expect(correctKind('HOST.RECONNECT', 'Host')).toBe('Host')
  expect(correctKind('VM.STOP', 'VirtualMachine')).toBe('VirtualMachine')
  expect(correctKind('ROUTER.HA', 'VirtualMachine')).toBe('Router')
  expect(correctKind('ROUTER.HA', 'Network')).toBe('Network')
})
