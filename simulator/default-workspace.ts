import type {Workspace} from './workspace.ts';

/** The workspace a simulator starts with unless it is given another. */
export const defaultWorkspace: Workspace = {
	team: {id: 'T0SHOP00001', name: 'Shop', domain: 'shop'},
	app: {
		id: 'A0LOCKSTEP1',
		name: 'Lockstep',
		botId: 'B0LOCKSTEP1',
		botUserId: 'U0LOCKSTEP1',
	},
	people: [
		person('U0DANA00001', 'dana', 'Dana Osei', 'Europe/London'),
		person('U0PRIYA0001', 'priya', 'Priya Raman', 'Asia/Kolkata'),
		person('U0OMAR00001', 'omar', 'Omar Haddad', 'Europe/Berlin'),
		person('U0LENA00001', 'lena', 'Lena Fischer', 'Europe/Berlin'),
		person('U0SAM000001', 'sam', 'Sam Carter', 'America/New_York'),
		{...person('U0GUS000001', 'gus', 'Gus Lindqvist', 'Europe/Stockholm'), guest: true},
		{...person('U0DEE000001', 'dee', 'Dee Morgan', 'America/Chicago'), deactivated: true},
		{...person('U0ROBO00001', 'robo', 'Robo', 'Etc/UTC'), bot: true},
		{...person('U0STEF00001', 'stef', 'Stef Vermeer', 'Europe/Amsterdam'), stranger: true},
	],
	channels: [
		{
			id: 'C0DBMIGR001',
			name: 'db-migrations',
			private: false,
			appIsMember: true,
			members: ['dana', 'priya', 'omar', 'lena', 'sam', 'gus', 'robo', 'stef'],
		},
		{
			id: 'C0GENERAL01',
			name: 'general',
			private: false,
			appIsMember: false,
			members: ['dana', 'priya', 'omar', 'lena', 'sam', 'gus'],
		},
	],
	userGroups: [
		{id: 'S0APPROVER1', handle: 'approvers', name: 'Approvers', members: ['priya', 'omar']},
		{id: 'S0LEADS0001', handle: 'leads', name: 'Leads', members: ['lena']},
		{id: 'S0ONCALL001', handle: 'oncall', name: 'On-call', members: ['sam']},
	],
};

function person(id: string, name: string, realName: string, timeZone: string): Workspace['people'][number] {
	return {
		id,
		name,
		realName,
		email: `${name}@example.com`,
		timeZone,
		guest: false,
		deactivated: false,
		bot: false,
		stranger: false,
	};
}
