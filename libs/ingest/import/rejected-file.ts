import { open, rm, type FileHandle } from 'node:fs/promises';
import type { FileFormat, RejectedLine } from './file-format.js';

// Rejected lines may contain personal data: only the user who runs the import may read them.
const OWNER_ONLY = 0o600;

/** The file of rejected lines. It exists only when lines were rejected. */
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

  /**
   * Closes the file, or removes that of an earlier import.
   * @returns the path if lines were rejected
   */
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
