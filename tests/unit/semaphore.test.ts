import { setImmediate as turn } from 'node:timers/promises';
import { Semaphore } from '../../src/auth/semaphore';

describe('a semaphore', () => {
  it('lets in as many as it has slots, and the others in the order of arrival', async () => {
    const semaphore = new Semaphore(2);
    const inside: string[] = [];
    const visit = async (name: string): Promise<void> => {
      await semaphore.enter();
      inside.push(name);
    };

    const visits = ['a', 'b', 'c', 'd'].map(visit);
    await turn();
    expect(inside).toEqual(['a', 'b']);

    semaphore.leave();
    await turn();
    expect(inside).toEqual(['a', 'b', 'c']);

    semaphore.leave();
    await Promise.all(visits);
    expect(inside).toEqual(['a', 'b', 'c', 'd']);

    void visit('e');
    await turn();
    expect(inside).toEqual(['a', 'b', 'c', 'd']);
  });

  it('has all its slots again once everyone has left', async () => {
    const semaphore = new Semaphore(1);
    for (let round = 0; round < 3; round += 1) {
      await semaphore.enter();
      semaphore.leave();
    }
    await semaphore.enter();
    let isSecondInside = false;
    const second = semaphore.enter().then(() => (isSecondInside = true));
    await turn();

    expect(isSecondInside).toBe(false);
    semaphore.leave();
    expect(await second).toBe(true);
  });
});
