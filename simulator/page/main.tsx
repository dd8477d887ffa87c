import type {ComponentChild} from 'preact';
import {render} from 'preact';
import './theme.css';
import {Gallery} from './gallery/gallery.tsx';
import {Sample} from './sample/sample.tsx';
import {Chat} from './shell/chat.tsx';
import {followTheme} from './shell/theme.ts';

followTheme();
const root = document.querySelector('#app');
if (root !== null) render(<Page />, root);

function Page(): ComponentChild {
	switch (location.pathname) {
		case '/gallery':
			return <Gallery />;
		case '/sample':
			return <Sample />;
		default:
			return <Chat />;
	}
}
