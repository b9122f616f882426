import { AccountCache } from '../../src/auth/account-cache';
import { makePerson } from '../factories/people';
import { TestApi } from '../support/http/test-api';

describe('cached accounts', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.start();
  });
  afterAll(() => api.close());

  const endTokens = async (userId: number): Promise<void> => {
    const { User } = api.container.database.models;
    await User.increment({ token_version: 1 }, { where: { id: userId } });
  };

  it('are read again after a change is reported', async () => {
    const { id } = await makePerson(api.container);
    const accounts = new AccountCache(api.container.database);
    await accounts.find(id);
    await endTokens(id);

    accounts.forget(id);

    expect(await accounts.find(id)).toMatchObject({ tokenVersion: 1 });
  });

  it('are not cached from a read that began before the change', async () => {
    const { id } = await makePerson(api.container);
    const accounts = new AccountCache(api.container.database);

    const underWay = accounts.find(id);
    accounts.forget(id);
    await underWay;
    await endTokens(id);

    expect(await accounts.find(id)).toMatchObject({ tokenVersion: 1 });
  });

  it('are unknown once they are deleted', async () => {
    const { id } = await makePerson(api.container);
    const accounts = new AccountCache(api.container.database);
    await accounts.find(id);
    const { User } = api.container.database.models;
    await User.update({ email: null, password: null, deleted_at: new Date() }, { where: { id } });

    accounts.forget(id);

    expect(await accounts.find(id)).toBeUndefined();
  });
});
