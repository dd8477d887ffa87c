import type {Directory} from '../surface.ts';

/** A small workspace for the sample, which asks no server for anything. */
export const sampleDirectory: Directory = {
	me: person('U0DANA00001', 'dana', 'Dana Osei', 'Europe/London'),
	people: [
		person('U0DANA00001', 'dana', 'Dana Osei', 'Europe/London'),
		person('U0PRIYA0001', 'priya', 'Priya Raman', 'Asia/Kolkata'),
		person('U0OMAR00001', 'omar', 'Omar Haddad', 'Europe/Berlin'),
		{...person('U0GUS000001', 'gus', 'Gus Lindqvist', 'Europe/Stockholm'), guest: true},
		{...person('U0ROBO00001', 'robo', 'Robo', 'Etc/UTC'), bot: true},
	],
	channels: [
		{id: 'C0DBMIGR001', name: 'db-migrations', kind: 'public'},
		{id: 'C0GENERAL01', name: 'general', kind: 'public'},
		{id: 'G0ONCALL001', name: 'on-call', kind: 'private'},
	],
	userGroups: [{id: 'S0APPROVER1', handle: 'approvers', name: 'Approvers'}],
};

function person(id: string, name: string, realName: string, timeZone: string): Directory['me'] {
	const flags = {guest: false, deactivated: false, bot: false, stranger: false};
	return {id, name, realName, email: `${name}@example.com`, timeZone, ...flags};
}
