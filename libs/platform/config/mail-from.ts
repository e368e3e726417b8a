// No character that could end a header or start another address.
const ADDRESS = /^[^\s@<>(),;:\\"[\]\p{Cc}]{1,64}@[^\s@<>(),;:\\"[\]\p{Cc}]{1,253}$/u;
const NAMED = /^\s*(?:"([^"\\\p{Cc}]*)"|([^"<>@,;\\\p{Cc}]*?))\s*<([^<>]*)>\s*$/u;

/** The sender of e-mails: `insightd@example.com` or `Acme reports <insightd@example.com>`. Undefined when it is neither. */
export function readMailFrom(value: string): { name: string; address: string } | undefined {
  const [, quoted, bare, inBrackets] = NAMED.exec(value) ?? [];
  const address = inBrackets ?? value.trim();
  return ADDRESS.test(address) ? { name: quoted ?? bare ?? '', address } : undefined;
}
