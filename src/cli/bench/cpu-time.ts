/** Seconds of processors that this process has had: what others do on the machine meanwhile does not count. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
