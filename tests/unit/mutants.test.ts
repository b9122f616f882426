import { applyPatch, ROOT } from '../mutants/scratch-tree';
import { readMutants } from '../mutants/mutant';

describe('the mutants', () => {
  it.each(readMutants().map(({ name, patch }) => [name, patch]))(
    '%s still fits the source: see tests/mutants/README.md where it does not',
    (_, patch) => {
      expect(applyPatch(ROOT, patch, '--check')).toBeUndefined();
    },
  );
});
