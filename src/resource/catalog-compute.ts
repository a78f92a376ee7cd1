// The catalogue of what runs: instances, routers, system VMs and Kubernetes clusters.

import {
  type CatalogueKind,
  created,
  flag,
  id,
  int,
  json,
  many,
  one,
  owned,
  text,
  time,
} from './catalog-kind.ts'

const instanceStates = [
  'Starting',
  'Running',
  'Stopping',
  'Stopped',
  'Destroyed',
  'Expunging',
  'Migrating',
  'Error',
  'Unknown',
  'Shutdown',
  'Restoring',
]

const nicKeys = [
  'id',
  'networkid',
  'networkname',
  'ipaddress',
  'ip6address',
  'macaddress',
  'netmask',
  'gateway',
  'isdefault',
  'deviceid',
  'traffictype',
  'type',
  'mtu',
]

const virtualMachine: CatalogueKind = {
  kind: 'VirtualMachine',
  plural: 'virtualMachines',
  description: 'An instance of a user.',
  fields: [
    text('displayname', 'Name shown to people, where it differs from `name`.'),
    ...owned,
    id('hostid', 'Id of the host it runs on; the last known one while it is stopped.'),
    id('templateid', 'Id of the template it was made from.'),
    id('serviceofferingid', 'Id of its service offering.'),
    int('cpunumber', 'Number of virtual CPUs.'),
    int('memory', 'Memory in MiB.'),
    text('hypervisor', 'The hypervisor it runs on: KVM, VMware, XenServer and others.'),
    created,
    time('lastupdated', 'When its record was last changed in the cloud.'),
    text('instancename', 'Name on the hypervisor: i-2-10-VM.'),
    flag('haenable', 'Whether it is started again when it or its host fails.'),
    { ...json('nic', 'Its network interfaces, as the cloud lists them.'), keys: nicKeys },
    text('ipaddress', 'Address of its default interface.'),
  ],
  relations: [
    one('host', {
      kind: 'Host',
      by: 'hostid',
      description: 'The host it runs on; the last known one while it is stopped.',
      back: ['virtualMachines', 'The instances on this host.'],
    }),
    one('template', {
      kind: 'Template',
      by: 'templateid',
      description: 'The template it was made from.',
      back: ['virtualMachines', 'The instances made from this template.'],
    }),
    many(
      'networks',
      {
        kind: 'Network',
        by: 'networkids',
        description: 'The networks it has an interface in.',
        back: ['virtualMachines', 'The instances with an interface in this network.'],
      },
      'nic',
      'networkid',
    ),
  ],
  states: { state: instanceStates },
  otherStates: [],
  publishesState: true,
}

const router: CatalogueKind = {
  kind: 'Router',
  plural: 'routers',
  description: 'A virtual router: the system VM that serves a network or a VPC.',
  fields: [
    flag('isredundantrouter', 'Whether it is one of a redundant pair.'),
    text('role', 'What it serves: VIRTUAL_ROUTER, INTERNAL_LB_VM and others.'),
    id('hostid', 'Id of the host it runs on.'),
    id('guestnetworkid', 'Id of the guest network it serves.'),
    id('vpcid', 'Id of the VPC it serves.'),
    text('publicip', 'Its public address.'),
    flag('requiresupgrade', 'Whether its software is older than the management server asks for.'),
    flag('healthchecksfailed', 'Whether one of its health checks failed.'),
    { ...text('softwareversion', 'Version of its system VM software.'), reportedAs: 'version' },
    created,
  ],
  relations: [
    one('host', {
      kind: 'Host',
      by: 'hostid',
      description: 'The host it runs on.',
      back: ['routers', 'The virtual routers on this host.'],
    }),
    one('network', {
      kind: 'Network',
      by: 'guestnetworkid',
      description: 'The guest network it serves.',
      back: ['routers', 'The virtual routers that serve this network.'],
    }),
    one('vpc', {
      kind: 'Vpc',
      by: 'vpcid',
      description: 'The VPC it serves.',
      back: ['routers', 'The virtual routers that serve this VPC.'],
    }),
  ],
  states: { state: instanceStates, redundantstate: ['UNKNOWN', 'PRIMARY', 'BACKUP', 'FAULT'] },
  otherStates: [
    { name: 'redundantstate', description: 'Which of a redundant pair it is: PRIMARY or BACKUP.' },
  ],
  publishesState: true,
}

const systemVm: CatalogueKind = {
  kind: 'SystemVm',
  plural: 'systemVms',
  description: 'A VM of the cloud itself: console proxy or secondary storage VM.',
  fields: [
    text('systemvmtype', 'consoleproxy or secondarystoragevm.'),
    id('hostid', 'Id of the host it runs on.'),
    text('publicip', 'Its public address.'),
    text('privateip', 'Its address in the management network.'),
    { ...text('softwareversion', 'Version of its system VM software.'), reportedAs: 'version' },
    int('activeviewersessions', 'Number of consoles open through it.'),
    created,
    time('disconnected', 'When its agent was last lost.'),
  ],
  relations: [
    one('host', {
      kind: 'Host',
      by: 'hostid',
      description: 'The host it runs on.',
      back: ['systemVms', 'The system VMs on this host.'],
    }),
  ],
  states: {
    state: instanceStates,
    agentstate: ['Connecting', 'Up', 'Down', 'Disconnected', 'Alert', 'Removed'],
  },
  otherStates: [{ name: 'agentstate', description: 'How its agent is connected to the management server.' }],
  publishesState: true,
}

const kubernetesCluster: CatalogueKind = {
  kind: 'KubernetesCluster',
  plural: 'kubernetesClusters',
  description: 'A Kubernetes cluster that the cloud runs for a user.',
  fields: [
    text('description', 'What its owner says of it.'),
    ...owned,
    id('networkid', 'Id of the network of its nodes.'),
    id('serviceofferingid', 'Id of the service offering of its nodes.'),
    id('templateid', 'Id of the template of its nodes.'),
    id('kubernetesversionid', 'Id of its Kubernetes version.'),
    text('kubernetesversionname', 'Name of its Kubernetes version.'),
    int('size', 'Number of worker nodes.'),
    int('controlnodes', 'Number of control nodes.'),
    int('etcdnodes', 'Number of etcd nodes of their own.'),
    int('cpunumber', 'Number of virtual CPUs of all nodes.'),
    int('memory', 'Memory of all nodes in MiB.'),
    text('endpoint', 'URL of its API.'),
    text('consoleendpoint', 'URL of its dashboard.'),
    text('ipaddress', 'Public address of its API.'),
    flag('autoscalingenabled', 'Whether it is scaled by load.'),
    int('minsize', 'Fewest worker nodes when scaled by load.'),
    int('maxsize', 'Most worker nodes when scaled by load.'),
    text('clustertype', 'CloudManaged or ExternalManaged.'),
    created,
  ],
  relations: [
    one('network', {
      kind: 'Network',
      by: 'networkid',
      description: 'The network of its nodes.',
      back: ['kubernetesClusters', 'The Kubernetes clusters with their nodes in this network.'],
    }),
    many(
      'virtualMachines',
      {
        kind: 'VirtualMachine',
        by: 'virtualmachineids',
        description: 'The instances that are its nodes.',
        back: ['kubernetesClusters', 'The Kubernetes clusters this instance is a node of.'],
      },
      'virtualmachines',
      'id',
    ),
  ],
  states: {
    state: [
      'Created',
      'Starting',
      'Running',
      'Stopping',
      'Stopped',
      'Scaling',
      'ScalingStoppedCluster',
      'Upgrading',
      'Importing',
      'RemovingNodes',
      'Alert',
      'Recovering',
      'Destroyed',
      'Destroying',
      'Error',
    ],
  },
  otherStates: [],
  publishesState: false,
}

export const computeKinds: readonly CatalogueKind[] = [virtualMachine, router, systemVm, kubernetesCluster]
