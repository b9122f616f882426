/** Checks the health endpoints of a server. */
export async function expectHealth(
  url: string,
  expected: { readonly live?: number; readonly ready?: number },
): Promise<void> {
  for (const [probe, status] of Object.entries(expected)) {
    const response = await fetch(`${url}/health/${probe}`);
    expect([probe, response.status]).toEqual([probe, status]);
  }
}
