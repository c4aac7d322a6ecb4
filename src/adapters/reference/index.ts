import type { Identity, Implementation, Machine, StartOptions } from '#port/implementation.ts';
import type { Process } from '#port/process.ts';
import { Machine as ReferenceMachine } from '#reference/kernel/machine.ts';
import { ReferenceBench } from './bench.ts';
import { ReferenceProcess } from './process.ts';

const identity: Identity = {
  name: 'reference',
  version: '0.1.0',
  kernel: '7.3.4',
  architecture: 'x86_64',
  pageSize: 4096,
};

class RunningReference implements Machine {
  readonly identity = identity;
  private readonly machine = new ReferenceMachine();
  readonly bench = new ReferenceBench(this.machine.hardware);

  async newProcess(): Promise<Process> {
    return new ReferenceProcess(this.machine, this.machine.newTask());
  }

  async complaints(): Promise<readonly string[]> {
    return this.bench.takeComplaints();
  }

  async stop(): Promise<void> {}
}

export const implementation: Implementation = {
  name: 'reference',
  async machines() {
    return [
      {
        name: 'reference',
        features: [
          'ioas-map-file',
          'change-process',
          'device',
          'two-devices',
          'shared-group',
          'vfio-device',
          'dma',
          'reserved-iova',
          'hwpt-alloc',
          'test-cmd',
          'vfio-container',
          'processes',
          'limits',
          'hugetlb',
          'proc',
          'fault-queue',
        ],
      },
    ];
  },
  async start(_options: StartOptions) {
    return new RunningReference();
  },
};
