import type {ComponentChild} from 'preact';
import {Icon} from './icons.tsx';
import {MenuButton} from './menu.tsx';
import {useShell} from './shell-context.ts';

/** The app's global shortcuts, under a plus; nothing where it has none. */
export function ShortcutMenu(): ComponentChild {
	const {client, desktop, tell} = useShell();
	const shortcuts = desktop.shortcuts.filter((each) => each.kind === 'global');
	if (shortcuts.length === 0) return null;
	return (
		<MenuButton
			className="icon-button"
			label="Shortcuts"
			items={shortcuts.map(({name, callbackId, description}) => ({
				name,
				more: description === '' ? desktop.app.name : `${desktop.app.name}: ${description}`,
				choose: () => {
					client
						.shortcut(callbackId)
						.catch((error: unknown) => tell(error instanceof Error ? error.message : String(error)));
				},
			}))}
		>
			<Icon name="plus" />
		</MenuButton>
	);
}
