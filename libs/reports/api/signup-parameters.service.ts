import { Injectable } from '@nestjs/common';
import { ApiError } from '#libs/contracts';
import { Database } from '#libs/database';
import { signupParameters } from '#libs/facts';

/** Reads the query parameters of users' signups. */
@Injectable()
export class SignupParametersService {
  constructor(private readonly database: Database) {}

  /** @throws ApiError `not_found` when the user does not exist */
  async of(userId: string): Promise<Record<string, string>> {
    const { pool } = this.database;
    const known = userId.includes('\0') ? undefined : await signupParameters(pool, userId);
    if (!known) throw new ApiError('not_found', 'No user with this id is known.');
    return known;
  }
}
