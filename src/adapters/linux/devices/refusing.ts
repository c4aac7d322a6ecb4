/** What a bench answers for devices that lack something: a scenario that wants it has forgotten to say what it needs. */

/** Devices that ask for no pages; nobody answers them either. */
export abstract class WithoutPageRequests {
  /** Why there are none. */
  protected abstract readonly noPageRequests: string;

  requestPages(): Promise<never> {
    return Promise.reject(new Error(this.noPageRequests));
  }

  pageResponses(): Promise<never> {
    return this.requestPages();
  }

  startDma(): Promise<never> {
    return this.requestPages();
  }

  finishDma(): Promise<never> {
    return this.requestPages();
  }

  answerDevice(): Promise<never> {
    return this.requestPages();
  }
}

/** Devices that move no bytes, so that none can be refused. */
export abstract class WithoutDma extends WithoutPageRequests {
  /** Why they do not. */
  protected abstract readonly noDma: string;

  dmaRead(): Promise<never> {
    return Promise.reject(new Error(this.noDma));
  }

  dmaWrite(): Promise<never> {
    return this.dmaRead();
  }

  refusedAccesses(): Promise<never> {
    return this.dmaRead();
  }

  async settle(): Promise<void> {}
}
