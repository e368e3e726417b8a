import { open, rm, type FileHandle } from 'node:fs/promises';
import type { FileFormat, RejectedLine } from './file-format.js';

// What was rejected may be about people: it is for whoever runs the import.
const OWNER_ONLY = 0o600;

/** The file of rejected lines. It is there when some were, and only then. */
export class RejectedFile {
  private file: FileHandle | undefined;

  constructor(
    private readonly path: string,
    private readonly format: FileFormat,
  ) {}

  async add(lines: readonly RejectedLine[]): Promise<void> {
    if (lines.length === 0) return;
    this.file ??= await this.begin();
    await this.file.appendFile(lines.map((line) => `${this.format.rejectedLine(line)}\n`).join(''));
  }

  /** @returns its path, if something was rejected; else one of an earlier import is removed */
  async end(): Promise<string | undefined> {
    if (!this.file) {
      await rm(this.path, { force: true });
      return undefined;
    }
    await this.file.close();
    return this.path;
  }

  private async begin(): Promise<FileHandle> {
    const file = await open(this.path, 'w', OWNER_ONLY);
    const head = this.format.rejectedHead();
    if (head !== '') await file.appendFile(`${head}\n`);
    return file;
  }
}
