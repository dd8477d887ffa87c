import {afterEach} from 'vitest';

import {expectNoProblems} from './tab.ts';

afterEach(expectNoProblems);
