import {acting, staleButton} from './click.ts';

/** Buttons that need no words: the record decides whether a click, or a second one, changes anything. */
export const agreeClicked = acting(({number, digest}, person, {actions}) =>
	digest === undefined ? Promise.resolve(staleButton()) : actions.agree({number, person, digest}),
);

/** No item has a finding, so there is nothing to confirm one by one. */
export const approveClicked = acting(({number, digest}, person, {actions}) =>
	digest === undefined ? Promise.resolve(staleButton()) : actions.approve({number, person, digest, confirmedItems: []}),
);

export const findApproverClicked = acting(({number, digest}, person, {actions}) =>
	digest === undefined ? Promise.resolve(staleButton()) : actions.findApprover({number, person, digest}),
);

export const startClicked = acting(({number, digest}, person, {actions}) =>
	digest === undefined ? Promise.resolve(staleButton()) : actions.start({number, person, digest}),
);

export const cancelClicked = acting(({number}, person, {actions}) => actions.cancel({number, person}));

export const withdrawClicked = acting(({number}, person, {actions}) => actions.withdraw({number, person}));

export const acknowledgeClicked = acting(({number, escalation}, person, {actions}) =>
	escalation === undefined ? Promise.resolve(staleButton()) : actions.acknowledge({number, escalation, person}),
);
