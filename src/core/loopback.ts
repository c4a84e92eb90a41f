/** Whether traffic to this host stays on the machine. The host is canonical, an IPv6 address in brackets. */
export function isLoopback({ host }: { readonly host: string }): boolean {
  const name = host.startsWith('[') ? host.slice(1, -1) : host
  return name === '::1' || name === 'localhost' || /^127(\.[0-9]{1,3}){3}$/.test(name)
}
