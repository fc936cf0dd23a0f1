import { lookup as resolve, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** The address may not be called. */
export class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';
}

/** Addresses of this machine, of private networks and of no use outside (RFC 1918, 4193, 5735, 6052, 6598, 6890, 8215). */
const forbidden = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  forbidden.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 9],
  ['ff00::', 8],
] as const)
  forbidden.addSubnet(net, prefix, 'ipv6');

/** True for an IP address that outbound calls must not reach. IPv4 in IPv6 clothes counts as what it is. */
function isForbidden(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return forbidden.check(address, 'ipv4');
  return family === 6 && forbidden.check(address, 'ipv6');
}

/** Checked where the connection is made, so that a name cannot resolve to one address for the check and to another for the call. */
export const fencedLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0);
    const bad = addresses.find((each) => isForbidden(each.address));
    if (bad) return callback(new ForbiddenAddress(refusal(hostname, bad.address)), '', 0);
    const [first] = addresses;
    if (options.all) return (callback as (error: null, addresses: LookupAddress[]) => void)(null, addresses);
    return first ? callback(null, first.address, first.family) : callback(new Error(`No address found for '${hostname}'`), '', 0);
  });
};

/** A literal address never meets the look-up. @throws ForbiddenAddress */
export function checkLiteral(url: URL): void {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isForbidden(host)) throw new ForbiddenAddress(refusal(url.hostname, host));
}

function refusal(hostname: string, address: string): string {
  return `Expected a public address, but '${hostname}' is ${hostname === address ? '' : `${address}, `}private, loopback or link-local. Allow it with REPRISE_HTTP_ALLOW_PRIVATE=true.`;
}
