// The catalogue of what connects: networks, interfaces, addresses, VPCs and load balancers.

import { type CatalogueKind, created, flag, id, int, json, one, owned, text, time } from './catalog-kind.ts'

const network: CatalogueKind = {
  kind: 'Network',
  plural: 'networks',
  description: 'A guest network.',
  fields: [
    text('displaytext', 'What it is, for people.'),
    text('type', 'Isolated, Shared or L2.'),
    text('traffictype', 'What goes over it: Guest, Public, Management and others.'),
    text('cidr', 'Its range of IPv4 addresses.'),
    text('gateway', 'Its IPv4 gateway.'),
    text('vlan', 'Its VLAN, for administrators.'),
    id('vpcid', 'Id of the VPC it is a tier of.'),
    id('networkofferingid', 'Id of its network offering.'),
    flag('restartrequired', 'Whether it must be restarted for a change to take hold.'),
    ...owned,
    created,
  ],
  relations: [
    one('vpc', {
      kind: 'Vpc',
      by: 'vpcid',
      description: 'The VPC it is a tier of.',
      back: ['networks', 'The networks of this VPC.'],
    }),
  ],
  states: { state: ['Allocated', 'Setup', 'Implementing', 'Implemented', 'Shutdown', 'Destroy'] },
  otherStates: [],
  publishesState: true,
}

const nic: CatalogueKind = {
  kind: 'Nic',
  plural: 'nics',
  description: 'A network interface of an instance.',
  fields: [
    id('networkid', 'Id of the network it is in.'),
    text('networkname', 'Name of the network it is in.'),
    id('virtualmachineid', 'Id of the instance it belongs to.'),
    text('ipaddress', 'Its IPv4 address.'),
    text('ip6address', 'Its IPv6 address.'),
    text('macaddress', 'Its MAC address.'),
    text('netmask', 'Its IPv4 netmask.'),
    text('gateway', 'Its IPv4 gateway.'),
    flag('isdefault', 'Whether it is the default interface of the instance.'),
    text('deviceid', 'Its place on the instance: 0 is the first.'),
    text('traffictype', 'What goes over it: Guest, Public, Management and others.'),
    text('type', 'Isolated, Shared or L2: the type of its network.'),
    { ...json('secondaryip', 'Its further addresses, as the cloud lists them.'), keys: ['id', 'ipaddress'] },
    int('mtu', 'Its MTU in bytes.'),
  ],
  relations: [
    one('virtualMachine', {
      kind: 'VirtualMachine',
      by: 'virtualmachineid',
      description: 'The instance it belongs to.',
      back: ['nics', 'The interfaces of this instance that are known as resources.'],
    }),
    one('network', {
      kind: 'Network',
      by: 'networkid',
      description: 'The network it is in.',
      back: ['nics', 'The interfaces in this network that are known as resources.'],
    }),
  ],
  states: { state: ['Allocated', 'Reserving', 'Reserved', 'Releasing', 'Deallocating'] },
  otherStates: [],
  publishesState: false,
}

const ipAddress: CatalogueKind = {
  kind: 'IpAddress',
  plural: 'ipAddresses',
  description: 'A public address.',
  fields: [
    text('ipaddress', 'The address itself.'),
    time('allocated', 'When it was acquired.'),
    flag('issourcenat', 'Whether its network goes out through it.'),
    flag('isstaticnat', 'Whether it leads to one instance.'),
    id('associatednetworkid', 'Id of the network it is associated with.'),
    id('vpcid', 'Id of the VPC it is associated with.'),
    id('virtualmachineid', 'Id of the instance it leads to.'),
    text('vmipaddress', 'Address of the instance it leads to.'),
    text('purpose', 'What it is used for: StaticNat, LoadBalancing and others.'),
    ...owned,
  ],
  relations: [
    one('network', {
      kind: 'Network',
      by: 'associatednetworkid',
      description: 'The network it is associated with.',
      back: ['ipAddresses', 'The public addresses of this network.'],
    }),
    one('virtualMachine', {
      kind: 'VirtualMachine',
      by: 'virtualmachineid',
      description: 'The instance it leads to.',
      back: ['ipAddresses', 'The public addresses that lead to this instance.'],
    }),
    one('vpc', {
      kind: 'Vpc',
      by: 'vpcid',
      description: 'The VPC it is associated with.',
      back: ['ipAddresses', 'The public addresses of this VPC.'],
    }),
  ],
  states: { state: ['Allocating', 'Allocated', 'Releasing', 'Reserved', 'Free'] },
  otherStates: [],
  publishesState: false,
}

const vpc: CatalogueKind = {
  kind: 'Vpc',
  plural: 'vpcs',
  description: 'A virtual private cloud: networks behind one router.',
  fields: [
    text('displaytext', 'What it is, for people.'),
    text('cidr', 'Its range of IPv4 addresses.'),
    id('vpcofferingid', 'Id of its VPC offering.'),
    flag('restartrequired', 'Whether it must be restarted for a change to take hold.'),
    flag('redundantvpcrouter', 'Whether it has a redundant pair of routers.'),
    ...owned,
    created,
  ],
  relations: [],
  states: { state: ['Enabled', 'Inactive'] },
  otherStates: [],
  publishesState: false,
}

const loadBalancerRule: CatalogueKind = {
  kind: 'LoadBalancerRule',
  plural: 'loadBalancerRules',
  description: 'A rule that spreads connections to a public port over instances.',
  fields: [
    text('algorithm', 'source, roundrobin or leastconn.'),
    id('publicipid', 'Id of the public address.'),
    text('publicip', 'The public address.'),
    text('publicport', 'The public port.'),
    text('privateport', 'The port of the instances.'),
    text('protocol', 'tcp, udp, tcp-proxy or ssl.'),
    id('networkid', 'Id of the network of the instances.'),
    text('cidrlist', 'Who may connect: address ranges, separated by commas.'),
    ...owned,
  ],
  relations: [
    one('publicIpAddress', {
      kind: 'IpAddress',
      by: 'publicipid',
      description: 'The public address.',
      back: ['loadBalancerRules', 'The load balancer rules on this address.'],
    }),
    one('network', {
      kind: 'Network',
      by: 'networkid',
      description: 'The network of the instances.',
      back: ['loadBalancerRules', 'The load balancer rules for instances of this network.'],
    }),
  ],
  states: { state: ['Staged', 'Add', 'Active', 'Revoke', 'Deleting'] },
  otherStates: [],
  publishesState: false,
}

export const networkKinds: readonly CatalogueKind[] = [network, nic, ipAddress, vpc, loadBalancerRule]
