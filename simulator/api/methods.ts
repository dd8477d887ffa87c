import type {Method} from './method.ts';
import {authMethods} from './methods/auth.ts';
import {chatMethods} from './methods/chat.ts';
import {conversationMethods} from './methods/conversations.ts';
import {fileMethods} from './methods/files.ts';
import {reactionMethods} from './methods/reactions.ts';
import {teamMethods} from './methods/team.ts';
import {userGroupMethods} from './methods/usergroups.ts';
import {userMethods} from './methods/users.ts';
import {viewMethods} from './methods/views.ts';

/** Every Web API method that this Slack knows, but apps.connections.open, which is not about its state. */
export const methods: Readonly<Record<string, Method>> = {
	...authMethods,
	...chatMethods,
	...conversationMethods,
	...fileMethods,
	...reactionMethods,
	...teamMethods,
	...userGroupMethods,
	...userMethods,
	...viewMethods,
};
