import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { AnyDomain } from './domain.ts';
import { PAGE_RESPONSE_INVALID, PAGE_RESPONSE_SUCCESS, PageRequests } from './io-pgfault.ts';
import type { PageRequest, PageRequestGroup } from './io-pgfault.ts';

function request(changes: Partial<PageRequest> = {}): PageRequest {
  return {
    address: 0n,
    pasid: undefined,
    groupId: 1,
    permissions: 1,
    isLast: true,
    ...changes,
  };
}

/** A device that is attached to a domain, and what it is told. */
function attached(handled = true) {
  const groups: PageRequestGroup[] = [];
  const answers: number[] = [];
  const domain: AnyDomain = { type: 'paging', free: () => {} };
  if (handled) domain.pageRequestHandler = (group) => groups.push(group);
  const requests = new PageRequests({
    find: (pasid) => (pasid === undefined ? { domain } : undefined),
    respond: (_, code) => answers.push(code),
  });
  requests.enable(domain);
  return { requests, domain, groups, answers };
}

describe('page requests of a device', () => {
  it('are handed over as groups, each in the order of its requests', () => {
    const { requests, groups } = attached();
    requests.report(request({ address: 1n, isLast: false }));
    requests.report(request({ address: 2n, isLast: false, groupId: 2 }));
    requests.report(request({ address: 3n, isLast: false }));
    assert.equal(groups.length, 0);
    requests.report(request({ address: 4n }));
    requests.report(request({ address: 5n }));
    const addresses = groups.map((group) => group.requests.map(({ address }) => address));
    assert.deepEqual(addresses, [[1n, 3n, 4n], [5n]]);
  });

  it('are answered once', () => {
    const { requests, groups, answers } = attached();
    requests.report(request());
    groups[0]?.respond(PAGE_RESPONSE_SUCCESS);
    groups[0]?.respond(PAGE_RESPONSE_INVALID);
    assert.deepEqual(answers, [PAGE_RESPONSE_SUCCESS]);
  });

  it('are invalid where nobody handles them', () => {
    const unhandled = attached(false);
    unhandled.requests.report(request({ isLast: false }));
    assert.deepEqual(unhandled.answers, [PAGE_RESPONSE_INVALID]);
    unhandled.requests.report(request());
    assert.deepEqual(unhandled.answers, [PAGE_RESPONSE_INVALID, PAGE_RESPONSE_INVALID]);
    const { requests, groups, answers } = attached();
    requests.report(request({ pasid: 7 }));
    assert.deepEqual([groups.length, answers], [0, [PAGE_RESPONSE_INVALID]]);
  });

  it('are invalid when the last domain that handles them goes', () => {
    const { requests, domain, groups, answers } = attached();
    requests.enable(domain);
    requests.report(request());
    requests.report(request({ isLast: false, groupId: 2 }));
    requests.disable(domain);
    assert.deepEqual(answers, []);
    requests.disable(domain);
    groups[0]?.respond(PAGE_RESPONSE_SUCCESS);
    assert.deepEqual(answers, [PAGE_RESPONSE_INVALID]);
    requests.enable(domain);
    requests.report(request({ groupId: 2 }));
    assert.equal(groups[1]?.requests.length, 1);
  });
});
