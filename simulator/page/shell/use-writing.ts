import {useRef, useState} from 'preact/hooks';
import {useDraft} from './drafts.ts';
import {send} from './send.ts';
import {useShell} from './shell-context.ts';

type Writing = {
	readonly text: string;
	readonly setText: (text: string) => void;
	readonly files: readonly File[];
	readonly setFiles: (files: readonly File[]) => void;
	/** Why the last one could not be sent. */
	readonly trouble: string | null;
	readonly sending: boolean;
	readonly sendNow: () => Promise<void>;
};

/** What is being written for a channel or a thread; what could not be sent comes back. */
export function useWriting(channel: string, threadTs: string | undefined): Writing {
	const {client, desktop, directory} = useShell();
	const [text, setText] = useDraft(`${desktop.me.id} ${channel} ${threadTs ?? ''}`);
	const [files, setFiles] = useState<readonly File[]>([]);
	const [trouble, setTrouble] = useState<string | null>(null);
	const [underWay, setUnderWay] = useState(0);
	const latest = useRef({text, files});
	latest.current = {text, files};

	const sendNow = async (): Promise<void> => {
		if (text.trim() === '' && files.length === 0) return;
		setUnderWay((count) => count + 1);
		setTrouble(null);
		setText('');
		setFiles([]);
		const failure = await send(client, directory, {channel, threadTs, text, files});
		setUnderWay((count) => count - 1);
		if (failure === null) return;
		setTrouble(failure);
		// The person may have gone on typing.
		const since = latest.current;
		setText(since.text === '' ? text : `${text}\n${since.text}`);
		setFiles([...files, ...since.files]);
	};
	return {text, setText, files, setFiles, trouble, sending: underWay > 0, sendNow};
}
