import {watchForLeaks} from './leaks.ts';

// Vitest evaluates a setup file before each test file, also where test files share a process and its modules.
watchForLeaks();
