import { beforeAll, describe, expect, test } from '@jest/globals';
import { resolve } from 'node:path';
import ts from 'typescript';
import type { Definition } from '../../libs/reports/definitions/definition.js';
import { checkCatalogue } from '../../libs/reports/definitions/index.js';

const CATALOGUE = 'libs/contracts/catalogue.ts';
const FILES = [
  CATALOGUE,
  'libs/reports/definitions/index.ts',
  'libs/reports/definitions/org-reports.ts',
  'libs/reports/definitions/user-reports.ts',
  'libs/entity-pages/definitions.ts',
];

/** Compiles the files that a report stands in, with some texts replaced. */
class Compiler {
  private readonly options: ts.CompilerOptions;
  private program: ts.Program | undefined;
  private readonly sources = new Map<string, ts.SourceFile>();

  constructor() {
    const read = ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path));
    const config: unknown = read.config;
    this.options = {
      ...ts.parseJsonConfigFileContent(config, ts.sys, '.').options,
      ...{ noEmit: true, incremental: false, tsBuildInfoFile: undefined },
    };
  }

  /** @returns what is wrong, `file: message` each */
  errors(edits: Record<string, (text: string) => string> = {}): string[] {
    const host = ts.createCompilerHost(this.options);
    const read = host.getSourceFile.bind(host);
    host.getSourceFile = (name, options) => {
      const file = FILES.find((one) => resolve(one) === resolve(name));
      const edit = file && edits[file];
      if (edit) return ts.createSourceFile(name, edit(ts.sys.readFile(name)!), options, true);
      const known = this.sources.get(name) ?? read(name, options);
      if (known) this.sources.set(name, known);
      return known;
    };
    const program = ts.createProgram(FILES, this.options, host, this.program);
    this.program ??= program;
    return FILES.flatMap((file) =>
      program.getSemanticDiagnostics(program.getSourceFile(file)).map(({ messageText }) => {
        return `${file}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
      }),
    );
  }
}

describe('the report catalogue compiles only with windows and definitions of the engine', () => {
  let compiler: Compiler;
  beforeAll(() => {
    compiler = new Compiler();
  });
  const inCatalogue = (from: string, to: string) => ({
    [CATALOGUE]: (text: string) => {
      const changed = text.replace(from, to);
      expect(changed).not.toBe(text);
      return changed;
    },
  });

  test('it compiles unchanged, and with another window within 90 days', () => {
    expect(compiler.errors()).toEqual([]);
    const sixty = inCatalogue(`churn: ['7', '14', '30']`, `churn: ['7', '14', '30', '60']`);
    expect(compiler.errors(sixty)).toEqual([]);
  }, 120_000);

  test.each([
    ['a window beyond 90 days', `churn: ['7', '14', '30']`, `churn: ['7', '14', '120']`, '"120"'],
    [
      'a window whose own and the one before pass 90 days',
      `['Weekly', 'Monthly']`,
      `['60']`,
      '"60"',
    ],
    ['a window without counts', `growth: ['30', '60', '90']`, `growth: ['7', '30']`, '"7"'],
    ['a window without counts of active users', `slipping: ['14', '30']`, `slipping: ['7']`, '"7"'],
    ['another interval of fixed windows', `health: ['30']`, `health: ['60']`, '"60"'],
    ['an unknown interval', `churn: ['7', '14', '30']`, `churn: ['Quarterly']`, '"Quarterly"'],
    [
      'a report that is not declared',
      `churn: ['7', '14', '30'],\n`,
      `churn: ['7'], slipping: ['30'],\n`,
      'slipping',
    ],
  ])(
    '%s is an error in the catalogue that names it',
    (_, from, to, named) => {
      const errors = compiler.errors(inCatalogue(from, to));
      expect(errors[0]).toMatch(new RegExp(`^${CATALOGUE}: .*${named}`, 's'));
      expect(errors.join()).not.toContain('implicitly');
    },
    60_000,
  );

  test('a report without a definition or description is an error at the place to edit', () => {
    const errors = compiler.errors({
      [CATALOGUE]: (text) =>
        text
          .replace('churn: OneWindow }', 'churn: OneWindow; slipping: OneWindow }')
          .replace(`churn: ['7', '14', '30'],`, `churn: ['7'], slipping: ['30'],`),
    });
    expect(errors).toEqual([
      expect.stringMatching(/^libs\/reports\/definitions\/index\.ts: .*'slipping' is missing/s),
      expect.stringMatching(/^libs\/entity-pages\/definitions\.ts: .*user_slipping/s),
    ]);
  }, 60_000);
});

describe('a compiled catalogue is checked at the start', () => {
  const definition = (looksAt: Definition['looksAt']) => ({
    ...{ looksAt, extras: [], extraBytes: 4 as const },
    rank: () => ({ keys: new Uint32Array(0), extras: [] }),
  });
  const definitions = {
    org: {
      churn: definition('one window'),
      reengagement: definition('two windows'),
      growth: definition('counts'),
      fading: definition('active users'),
      health: definition('fixed windows'),
    },
  };
  const check = (report: string, interval: string) => () =>
    checkCatalogue([{ subject: 'org', report, interval }], definitions);

  test.each([
    ['churn', '91', /catalogue\.ts lists org\/churn\/91, but .* at most 90/],
    ['reengagement', '46', /at most 45/],
    ['growth', '7', /count-windows\.ts counts only in windows of 90, 60, 30 days: add 7 there/],
    ['fading', '7', /active-users\.ts counts only in windows of 14, 30 days: add 7 there/],
    ['health', '60', /org\/health\/60, but .* its only interval is 30/],
    ['churn', 'Quarterly', /Weekly, Monthly or a whole number/],
    ['churn', '0', /whole number/],
    [
      'slipping',
      '30',
      /org\/slipping, which libs\/reports\/definitions\/index\.ts does not define/,
    ],
  ])('%s %s', (report, interval, message) => {
    expect(check(report, interval)).toThrow(message);
  });

  test.each([
    ['churn', '90'],
    ['churn', 'Weekly'],
    ['reengagement', '45'],
    ['growth', '60'],
    ['fading', '14'],
    ['health', '30'],
  ])('%s %s is accepted', (report, interval) => {
    expect(check(report, interval)).not.toThrow();
  });
});
