/** The configuration's file where nothing else is said. */
export const defaultConfigFile = 'lockstep.yaml';
