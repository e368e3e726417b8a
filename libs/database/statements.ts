// Whatever may contain a semicolon that ends no statement: comments, strings, names, and the bodies of functions.
const PARTS =
  /--[^\n]*|\/\*[\s\S]*?\*\/|\bE'(?:[^'\\]|''|\\[\s\S])*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$(?:[A-Za-z_]\w*)?\$)[\s\S]*?\1|[\s\S]/gi;

/** The statements of a script, without bodies in standard SQL (`begin atomic`) and without comments in comments. */
export function statementsOf(script: string): string[] {
  const statements: string[] = [];
  let statement = '';
  let isEmpty = true;
  for (const [part] of `${script};`.matchAll(PARTS)) {
    if (part === ';') {
      if (!isEmpty) statements.push(statement.trim());
      [statement, isEmpty] = ['', true];
      continue;
    }
    statement += part;
    isEmpty &&= part.trim() === '' || part.startsWith('--') || part.startsWith('/*');
  }
  return statements;
}
