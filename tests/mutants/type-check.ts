import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import type { ScratchTree } from './scratch-tree';

/** Checks single files of a tree as the compiler would, without starting it anew each time. */
export class TypeCheck {
  readonly #service: ts.LanguageService;

  constructor(private readonly tree: ScratchTree) {
    const { config } = ts.readConfigFile(path.join(tree.folder, 'tsconfig.build.json'), (file) =>
      ts.sys.readFile(file),
    ) as { config: object };
    const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, tree.folder);
    this.#service = ts.createLanguageService({
      getCompilationSettings: () => options,
      getScriptFileNames: () => fileNames,
      getScriptVersion: (file) => String(statSync(file).mtimeMs),
      getScriptSnapshot: (file) =>
        ts.sys.fileExists(file)
          ? ts.ScriptSnapshot.fromString(readFileSync(file, 'utf8'))
          : undefined,
      getCurrentDirectory: () => tree.folder,
      getDefaultLibFileName: (settings) => ts.getDefaultLibFilePath(settings),
      fileExists: (file) => ts.sys.fileExists(file),
      readFile: (file) => ts.sys.readFile(file),
      directoryExists: (folder) => ts.sys.directoryExists(folder),
    });
  }

  /** @returns what is wrong with these files, in words, or undefined */
  faultOf(files: readonly string[]): string | undefined {
    const faults = files
      .filter((file) => file.endsWith('.ts'))
      .map((file) => path.join(this.tree.folder, file))
      .flatMap((file) => [
        ...this.#service.getSyntacticDiagnostics(file),
        ...this.#service.getSemanticDiagnostics(file),
      ]);
    if (faults.length === 0) return undefined;
    return faults
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
      .join('; ');
  }
}
