import { describe, expect, test } from '@jest/globals';
import type { OrgIndex, UserIndex } from '#libs/contracts';
import { nameOf } from '../../../apps/dashboard/labels/names.js';
import { waitFor } from '../../support/api.js';
import { isShown } from '../../support/browser.js';
import { heading, reading, type World } from '../world.js';
