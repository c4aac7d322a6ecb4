/** Steps of a scenario, which calls the child process by the name that it has there. */
export type Shows = (child: string) => readonly string[];

/** What was found wrong in a sequence. */
export class Finding extends Error {
  override readonly name = 'Finding';
  /** What shows it after the calls; nothing where the last call itself does. */
  readonly shows: Shows;

  constructor(message: string, shows: Shows = () => []) {
    super(message);
    this.shows = shows;
  }
}
