import { Injectable } from '@nestjs/common';
import { ApiError } from '#libs/contracts';
import { Database } from '#libs/database';
import { signupParameters } from '#libs/facts';

/** The query parameters with which users signed up. */
@Injectable()
export class SignupParametersService {
  constructor(private readonly database: Database) {}

  /** @throws ApiError `not_found` when there is no such user */
  async of(userId: string): Promise<Record<string, string>> {
    const { pool } = this.database;
    const known = userId.includes('\0') ? undefined : await signupParameters(pool, userId);
    if (!known) throw new ApiError('not_found', 'No user with this id is known.');
    return known;
  }
}
