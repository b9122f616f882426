import type { StaffDto } from '../dtos/staff.dto';
import { rightsIn } from '../models/event-staff.model';
import type { StaffMember } from '../services/staff.service';

export function presentStaff({ row, email }: StaffMember): StaffDto {
  return {
    user_id: row.user_id,
    email,
    rights: [...rightsIn(row)],
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
