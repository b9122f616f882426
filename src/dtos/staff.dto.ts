import { RIGHTS, type Right } from '../domain/rights';
import { EventParams } from './common.dto';
import { Examples } from './examples';
import { Email, FromText, Id, SetOf } from './fields';
import { Timestamp } from './moment-field';

export class StaffParams extends EventParams {
  @FromText()
  @Id('Account id', 2)
  user_id!: number;
}

@Examples({ 'The box office': { rights: ['waitlist', 'tickets'] } })
export class PutStaffBody {
  @SetOf('All rights that the person is to have', RIGHTS)
  rights!: Right[];
}

export class StaffDto {
  @Id('Account id', 2)
  user_id!: number;

  @Email('E-mail of the account')
  email!: string;

  @SetOf('What the person may do for this event', RIGHTS)
  rights!: Right[];

  @Timestamp('When the person got a right for the first time')
  createdAt!: string;

  @Timestamp('When the rights were last set')
  updatedAt!: string;
}
