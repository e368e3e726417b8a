/** Ends the servers that the setup started. */
export default async function teardown() {
  await globalThis.stopTestServers();
}
