import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';

import { loadSupport } from '@cucumber/cucumber/api';
import type { IRunConfiguration } from '@cucumber/cucumber/api';
import { IdGenerator } from '@cucumber/messages';
import type { Envelope, GherkinDocument, Pickle, TestCase } from '@cucumber/messages';

import type { Place } from '#port/places.ts';
import type { Parameters } from '#steps/support/machines.ts';

import { onEachMachine } from './each-machine.ts';
import { featureMessages } from './feature-index.ts';

/** A scenario with the definitions of its steps. */
export interface Assembled {
  readonly gherkinDocument: GherkinDocument;
  readonly pickle: Pickle;
  readonly testCase: TestCase;
}

interface CucumberWorker {
  runTestCase(assembled: Assembled, failing: boolean): Promise<boolean>;
  runBeforeAllHooks(): Promise<unknown>;
  runAfterAllHooks(): Promise<unknown>;
}

type Support = Awaited<ReturnType<typeof loadSupport>>;

interface Internals {
  readonly Worker: new (
    run: string,
    worker: undefined,
    events: EventEmitter,
    newId: () => string,
    options: IRunConfiguration['runtime'],
    support: Support,
    snippets: object,
  ) => CucumberWorker;
  assembleTestCases(
    run: string,
    events: EventEmitter,
    newId: () => string,
    pickles: readonly Omit<Assembled, 'testCase'>[],
    support: Support,
  ): Promise<Assembled[]>;
}

const load = createRequire(__filename);

/** Not for import: cucumber has them in its exports, without types. */
function internals(): Internals {
  const path = '@cucumber/cucumber/lib/';
  return {
    ...(load(`${path}runtime/worker`) as Pick<Internals, 'Worker'>),
    ...(load(`${path}assemble/assemble_test_cases`) as Pick<Internals, 'assembleTestCases'>),
  };
}

export interface Selection {
  readonly uris: readonly string[];
  readonly configuration: IRunConfiguration;
  /** Where there are any, what looks at a device does so on a machine of each kind; else on the first. */
  readonly places?: readonly Place[];
}

/** Runs single scenarios, over and over: the parts of cucumber that its own run is made of, without reading all anew. */
export class SingleScenarios {
  /** In the order of the files; a scenario that runs on several machines is there for each. */
  readonly cases: readonly Assembled[];
  readonly #worker: (parameters: Parameters) => CucumberWorker;

  private constructor(
    cases: readonly Assembled[],
    worker: (parameters: Parameters) => CucumberWorker,
  ) {
    this.cases = cases;
    this.#worker = worker;
  }

  /** Reads feature files; `hear` is told what cucumber tells a formatter of them, and later of each run. */
  static async load(
    { uris, configuration, places = [] }: Selection,
    hear: (envelope: Envelope) => void,
  ): Promise<SingleScenarios> {
    const { Worker, assembleTestCases } = internals();
    const support = await loadSupport(configuration);
    const newId = IdGenerator.incrementing();
    const events = new EventEmitter().on('envelope', hear);
    const pickles = uris
      .flatMap((uri) => picklesOf(uri, newId, hear))
      .flatMap((scenario) => onEachMachine(scenario, { places, firstOnly: false }));
    const cases = await assembleTestCases('', events, newId, pickles, support);
    return new SingleScenarios(cases, (parameters) => {
      const options = { ...configuration.runtime, worldParameters: { ...parameters } };
      return new Worker('', undefined, events, newId, options, support, {});
    });
  }

  /** One after the other, on machines that nobody has used, up to the one after which there is `enough`. */
  async run(
    indices: readonly number[],
    parameters: Parameters,
    enough: () => boolean = () => false,
  ): Promise<void> {
    const worker = this.#worker(parameters);
    await worker.runBeforeAllHooks();
    for (const index of indices) {
      const assembled = this.cases[index];
      if (assembled === undefined) throw new Error(`there is no scenario ${index}`);
      await worker.runTestCase(assembled, false);
      if (enough()) break;
    }
    await worker.runAfterAllHooks();
  }
}

function picklesOf(
  uri: string,
  newId: () => string,
  hear: (envelope: Envelope) => void,
): Omit<Assembled, 'testCase'>[] {
  const messages = featureMessages(uri, newId);
  const gherkinDocument = messages.find((each) => each.gherkinDocument)?.gherkinDocument;
  if (gherkinDocument === undefined) throw new Error(`${uri} has no feature`);
  for (const message of messages) hear(message);
  return messages.flatMap(({ pickle }) => (pickle ? [{ gherkinDocument, pickle }] : []));
}
