import { Session } from 'node:inspector';
import type { Profiler } from 'node:inspector';

import { CommentedProgram } from './comments.ts';

/** Programs that implement requirements, by their paths. */
const implementing = /\/src\/(reference|formats)\//;

/** Which requirements the functions are about that this process executes: the engine counts them. */
export class Executed {
  private readonly session = new Session();
  private readonly programs = new Map<string, CommentedProgram>();

  /** Slows the process a little from now on. */
  start(): void {
    this.session.connect();
    this.session.post('Profiler.enable');
    this.session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    this.take();
  }

  /** Those since the last time, or the start. Takes milliseconds. */
  take(): ReadonlySet<string> {
    const scripts = this.scripts().filter(({ url }) => implementing.test(url));
    this.read(scripts);
    return new Set(scripts.flatMap((script) => this.idsOf(script)));
  }

  stop(): void {
    this.session.disconnect();
  }

  private scripts(): Profiler.ScriptCoverage[] {
    let scripts: Profiler.ScriptCoverage[] = [];
    this.session.post('Profiler.takePreciseCoverage', (error, taken) => {
      if (error) throw error;
      scripts = taken.result;
    });
    return scripts;
  }

  private idsOf({ scriptId, functions }: Profiler.ScriptCoverage): string[] {
    const program = this.programs.get(scriptId);
    if (!program) return [];
    return functions
      .flatMap(({ ranges: [whole] }) => (whole && whole.count > 0 ? [whole.startOffset] : []))
      .flatMap((start) => program.idsAt(start));
  }

  /** The texts as the engine has them, whoever compiled them: to ask for one takes as long as to ask for all. */
  private read(scripts: readonly Profiler.ScriptCoverage[]): void {
    const unknown = scripts.filter(({ scriptId }) => !this.programs.has(scriptId));
    if (unknown.length === 0) return;
    this.session.post('Debugger.enable');
    for (const { scriptId } of unknown)
      this.session.post('Debugger.getScriptSource', { scriptId }, (error, found) => {
        if (error) throw error;
        this.programs.set(scriptId, new CommentedProgram(found.scriptSource));
      });
    this.session.post('Debugger.disable');
  }
}
