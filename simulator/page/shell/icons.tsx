import type {ComponentChild} from 'preact';

/** Line drawings on a ground of 20 by 20. */
const drawings = {
	hash: 'M8 3 6 17M14 3l-2 14M4 7.5h13M3 12.5h13',
	private: 'M5 9h10v8H5zM7 9V6a3 3 0 0 1 6 0v3',
	reply: 'M4 4h12v9H9l-4 3.5V13H4z',
	smile: 'M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM7.6 8v.4M12.4 8v.4M7 12c1.6 2 4.4 2 6 0',
	dots: 'M10 5v.1M10 10v.1M10 15v.1',
	inspect: 'm7 6-4 4 4 4M13 6l4 4-4 4M11.2 4 8.8 16',
	close: 'm5 5 10 10M15 5 5 15',
	back: 'm12 4-6 6 6 6',
	plus: 'M10 4v12M4 10h12',
	send: 'M3 4.5 17 10 3 15.5 5.5 10zM5.5 10H11',
	clip: 'm14.5 9.5-5 5a3 3 0 0 1-4.3-4.3l5.6-5.6a2 2 0 0 1 2.9 2.9L8.2 13a1 1 0 0 1-1.4-1.4l4.7-4.7',
	moon: 'M16 11.6A6.5 6.5 0 0 1 8.4 4 6.5 6.5 0 1 0 16 11.6z',
	sun: 'M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM10 2v2M10 16v2M2 10h2M16 10h2M4.5 4.5l1.3 1.3M14.2 14.2l1.3 1.3M4.5 15.5l1.3-1.3M14.2 5.8l1.3-1.3',
	people:
		'M7.5 4a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM2.5 16c0-3 2.2-4.6 5-4.6s5 1.6 5 4.6M13.5 5.2a2.2 2.2 0 0 1 0 4M14.5 11.6c1.9.4 3 1.9 3 4',
	log: 'M4 5h12M4 10h12M4 15h7',
	storm: 'M6 12a3.5 3.5 0 0 1 .4-7A4.5 4.5 0 0 1 15 6.5 3 3 0 0 1 14.5 12M10.5 9.5 8 13.5h4l-2.5 4',
	window: 'M11 4h5v5M16 4l-7 7M13 11v5H4V7h5',
	shortcut: 'M11 3 5 11.5h4L8.5 17 15 8.5h-4.5z',
	file: 'M5 3h7l3 3v11H5zM12 3v3h3',
	download: 'M10 3v9M6.5 9 10 12.5 13.5 9M4 16h12',
	eye: 'M2.5 10S5 5 10 5s7.5 5 7.5 5-2.5 5-7.5 5-7.5-5-7.5-5zM10 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
	down: 'M10 4v11M5 10.5 10 15.5l5-5',
	list: 'M3 5h14M3 10h14M3 15h14',
} as const;

export type IconName = keyof typeof drawings;

/** A small drawing; what it stands for is said by the control around it. */
export function Icon({name}: {readonly name: IconName}): ComponentChild {
	return (
		<svg class="icon" viewBox="0 0 20 20" width="18" height="18" aria-hidden="true" focusable="false">
			<path
				d={drawings[name]}
				fill="none"
				stroke="currentColor"
				stroke-width={name === 'dots' ? 2.6 : 1.5}
				stroke-linecap="round"
				stroke-linejoin="round"
			/>
		</svg>
	);
}
