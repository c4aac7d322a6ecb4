import {
  type DataTable,
  Given as given,
  Then as then,
  When as when,
  type IWorld,
} from '@cucumber/cucumber';

import type { ParameterTypes } from './words/index.ts';
import type { World } from './world.ts';

/** The arguments that follow from the text of a step: one for each `{parameter}`, and a table after a final colon. */
type Arguments<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? [Name extends keyof ParameterTypes ? ParameterTypes[Name] : never, ...Arguments<Rest>]
  : Text extends `${string}:`
    ? [DataTable]
    : [];

type Body<Text extends string> = (
  this: World,
  ...parameters: Arguments<Text>
) => void | Promise<void>;

type Define = <const Text extends string>(text: Text, body: Body<Text>) => void;

/** Cucumber's own, with the parameters typed by the text. */
export const Given = given<World & IWorld> as Define;
export const When = when<World & IWorld> as Define;
export const Then = then<World & IWorld> as Define;
export type { DataTable };
